"""Train: the dashboard of the attached run, and what its keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from textual import work
from textual.binding import Binding

from nntui.display.numbers import compact
from nntui.modelfile.problems import SpecError
from nntui.runs.checkpoints import CheckpointError
from nntui.runs.commands import send
from nntui.runs.directory import RunDirectory, RunsError
from nntui.runs.events import Command
from nntui.runs.follow.follower import Follower
from nntui.runs.status import Status
from nntui.tui.dialogs.change import ChangeDialog
from nntui.tui.dialogs.confirm import ConfirmDialog
from nntui.tui.places.train.settings import EPOCHS_HINT, at_present, epoch_of, fixed_words
from nntui.tui.places.train.view import TrainView
from nntui.tui.places.train.views import views
from nntui.tui.places.train.views.weights import WeightsView
from nntui.tui.plots.line_chart import YRange
from nntui.tui.resuming import resume

_OF_A_LIVE_RUN = frozenset({"step", "epoch", "stop", "scale_learning_rate", "change"})
_OF_THE_VIEW = frozenset({"x_axis", "metrics", "log_scale", "smooth", "show_all", "last_half"})
_OF_THE_DASHBOARD = frozenset({"layer", "zoom", "pane", "crosshair"})
_OF_THE_CROSSHAIR = frozenset({"walk", "zoom_x", "leave_crosshair"})


class TrainPlace(TrainView):
    """The keys of Train: each writes into the run's directory what a person asks for, or changes what is shown."""

    title = "Train"

    BINDINGS = [
        Binding("space", "pause", "Pause", tooltip="Pause after the step that is being made"),
        Binding("space", "resume", "Go on", tooltip="Go on after a pause"),
        Binding(".", "step", "Batch", key_display=".", tooltip="Train one batch, then pause"),
        Binding(">", "epoch", "Epoch", key_display=">", tooltip="Train to the end of the epoch, then pause"),
        Binding("s", "stop", "Stop", tooltip="End the run and keep what is trained; asks first"),
        Binding("[", "scale_learning_rate(0.5)", "LR", key_display="[ ]", tooltip="Halve the learning rate"),
        Binding("]", "scale_learning_rate(2.0)", "LR x2", show=False, tooltip="Double the learning rate"),
        Binding(
            "e", "change", "Change", tooltip="Change the learning rate, momentum, dropout rates ... from the next step"
        ),
        Binding("R", "train_on", "Resume", tooltip="Go on from the newest checkpoint"),
        Binding("E", "more_epochs", "Epochs", tooltip="Another number of epochs; a finished run goes on for more"),
        Binding("m", "metrics", "Grid", tooltip="All metrics as small charts, and back"),
        Binding("v", "next_view(1)", "View", tooltip="Next view of the right pane"),
        Binding("V", "next_view(-1)", "View before", show=False, tooltip="The view before in the right pane"),
        Binding("l", "layer(1)", "Layer", tooltip="Next layer in the heatmap"),
        Binding("L", "layer(-1)", "Layer before", show=False, tooltip="The layer before in the heatmap"),
        Binding("w", "gradient", "Grad", tooltip="Weights or gradients in the heatmap"),
        Binding("z", "zoom", "Zoom", tooltip="Fill the place with one pane, or go back"),
        Binding("y", "log_scale", "Log", tooltip="Logarithmic y axis"),
        Binding("t", "x_axis", "Axis", tooltip="Steps, epochs or seconds on the x axis"),
        Binding(
            "c",
            "crosshair",
            "Cross",
            tooltip="A crosshair: exact values, the epoch's row, and zooming along x",
        ),
        Binding("left", "walk(-1)", "Left", show=False, tooltip="Move the crosshair to the left"),
        Binding("right", "walk(1)", "Right", show=False, tooltip="Move the crosshair to the right"),
        Binding("plus", "zoom_x(0.5)", "Closer", show=False, tooltip="Less of the x axis around the crosshair"),
        Binding("minus", "zoom_x(2.0)", "Farther", show=False, tooltip="More of the x axis around the crosshair"),
        Binding("escape", "leave_crosshair", "Leave", show=False, tooltip="Without the crosshair, the whole x axis"),
        Binding("S", "smooth", "Smooth", show=False, tooltip="Smooth lines: 0.5, 0.8, 0.9, 0.97, not at all"),
        Binding("0", "show_all", "All", show=False, tooltip="All values on the y axis, first steps and outliers too"),
        Binding("Y", "last_half", "Half", show=False, tooltip="The y axis fitted to the right half of the curves"),
        Binding("tab", "pane(1)", "Next pane", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sending = asyncio.Lock()

    def more_commands(self) -> list[tuple[str, str]]:
        """A command for each view."""
        return [(f"show {view.view}: {view.summary}", f"show_view('{view.view}')") for view in views()]

    def more_help(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The views, as `v` goes through them."""
        return [("views of the right pane", [(view.view, view.summary) for view in views()])]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there while they can do something: a run that is over cannot be paused."""
        status = self.snapshot.status if self.snapshot is not None else None
        if action in _OF_THE_VIEW:
            return status is not None
        if action in _OF_THE_DASHBOARD:
            return status is not None and not self.shows_metrics
        if action == "gradient":
            return status is not None and not self.shows_metrics and isinstance(self.panes.view, WeightsView)
        if action == "next_view":
            return status is not None and not self.shows_metrics and len(views()) > 1
        if action in _OF_THE_CROSSHAIR:
            return status is not None and self.chart.cursor is not None
        if action in _OF_A_LIVE_RUN:
            return status in (Status.RUNNING, Status.PAUSED)
        if action == "pause":
            return status is Status.RUNNING
        if action == "resume":
            return status is Status.PAUSED
        if action == "train_on":
            return status is not None and status.resumable
        if action == "more_epochs":
            return status in (Status.RUNNING, Status.PAUSED) or (status is not None and status.extensible)
        return True

    def action_pause(self) -> None:
        """Pauses after the step that is being made."""
        self._ask("pausing …", Command("pause"))

    def action_resume(self) -> None:
        """Goes on after a pause."""
        self._ask("going on …", Command("resume"))

    def action_step(self) -> None:
        """Trains one batch and pauses."""
        self._ask("one batch …", Command("step"))

    def action_epoch(self) -> None:
        """Trains to the end of the epoch and pauses."""
        self._ask("to the end of the epoch …", Command("epoch"))

    @work(exclusive=True, group="ask")
    async def action_stop(self) -> None:
        """Ends the run, once that is confirmed."""
        follower = self.follower
        dialog = ConfirmDialog(
            f"Stop training {self.model_name()}?",
            detail="What is trained so far is kept, and R goes on with it.",
            title="stop",
            yes="Stop",
            no="Train on",
        )
        if await self.app.push_screen_wait(dialog) and self.follower is follower:
            self._ask("stopping …", Command("stop"))

    def action_scale_learning_rate(self, factor: float) -> None:
        """Multiplies the learning rate from the next step on."""
        rate = self.asked_rate or (self.snapshot.learning_rate if self.snapshot is not None else None)
        if rate is None:
            self.app.notify("The learning rate is not known before the first step.")
            return
        self.asked_rate = rate * factor
        words = f"learning rate {compact(self.asked_rate, 7)} …"
        self._ask(words, Command("scale", setting="learning_rate", value=factor))

    @work(exclusive=True, group="ask")
    async def action_change(self) -> None:
        """Asks for new values of what may be changed while the run trains, and sends them."""
        follower = self.follower
        if follower is not None:
            await self._change_live(follower, epochs_only=False)

    @work(exclusive=True, group="ask")
    async def action_more_epochs(self) -> None:
        """Asks for another number of epochs; a run that is over goes on for them."""
        follower, snapshot = self.follower, self.snapshot
        if follower is None or snapshot is None:
            return
        if snapshot.status.alive:
            await self._change_live(follower, epochs_only=True)
            return
        from nntui.worker.changes import extension

        try:
            known = await asyncio.to_thread(extension, follower.run)
        except (RunsError, SpecError, CheckpointError) as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        done = f"{known.done} epoch{'' if known.done == 1 else 's'} done"
        dialog = ChangeDialog(
            f"train on: {done}",
            [known.epochs],
            lambda texts: {name: known.total(text) for name, text in texts.items()},
            hint=EPOCHS_HINT,
        )
        values = await self.app.push_screen_wait(dialog)
        if values and self.follower is follower:
            await self._go_on(follower.run, epochs=int(values["epochs"]))

    async def _change_live(self, follower: Follower, *, epochs_only: bool) -> None:
        from nntui.worker.changes import changeable, typed_changes

        try:
            model = await asyncio.to_thread(changeable, follower.run)
        except SpecError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        if self.snapshot is None or self.follower is not follower:
            return
        known = at_present(model, self.snapshot)
        shown = [known["epochs"]] if epochs_only else list(known.values())

        def check(texts: Mapping[str, str]) -> dict[str, float]:
            return typed_changes(texts, known, epoch=epoch_of(self.snapshot))

        title = "number of epochs" if epochs_only else "change while it trains"
        fixed = "" if epochs_only else fixed_words(self.snapshot)
        hint = EPOCHS_HINT if epochs_only else ""
        values = await self.app.push_screen_wait(ChangeDialog(title, shown, check, fixed=fixed, hint=hint))
        if values and self.follower is follower:
            commands = [Command("set", setting=name, value=value) for name, value in values.items()]
            self._ask(f"{', '.join(values)} …", *commands)

    @work(group="resume", exclusive=True)
    async def action_train_on(self) -> None:
        """Starts a new worker that goes on from the newest checkpoint."""
        if self.follower is not None:
            await self._go_on(self.follower.run)

    async def _go_on(self, run: RunDirectory, *, epochs: int | None = None) -> None:
        """Starts a worker, once it is settled that it may train beside others."""
        if not await self.host.may_start():
            return
        if self.follower is not None and self.follower.run == run:
            self.show_request("resuming …")
        try:
            await asyncio.to_thread(resume, run, epochs=epochs)
        except RunsError as error:
            self.show_request("")
            self.app.notify(str(error), severity="error", markup=False)

    def action_layer(self, by: int) -> None:
        """Shows the next layer in the right pane, or the layer before."""
        self.panes.view.choose_layer(by)

    async def action_next_view(self, by: int) -> None:
        """Puts the next view into the right pane, or the one before."""
        await self.action_show_view(self.panes.next_view(by))

    async def action_show_view(self, name: str) -> None:
        """Puts the view of this name into the right pane."""
        self.show_metrics(False)
        await self.panes.show_view(name, self.snapshot)
        self.refresh_bindings()

    def action_gradient(self) -> None:
        """Switches the heatmap between weights and gradients."""
        if isinstance(self.panes.view, WeightsView):
            self.panes.view.toggle_gradient()

    def action_x_axis(self) -> None:
        """Counts steps, epochs or seconds on the x axis."""
        self.axis = self.axis.next
        for chart in self.charts:
            chart.leave_crosshair()
        self._crosshair_moved()
        self.draw_curves(now=True)

    def action_log_scale(self) -> None:
        """Switches the chart with the focus, else the loss, between a linear and a logarithmic y axis."""
        self.chart.toggle_log()

    def action_crosshair(self) -> None:
        """Turns the crosshair of the chart with the focus, else of the loss, on or off."""
        self.chart.toggle_crosshair()
        self._crosshair_moved()

    def action_leave_crosshair(self) -> None:
        """Turns the crosshair off."""
        self.chart.leave_crosshair()
        self._crosshair_moved()

    def action_walk(self, by: int) -> None:
        """Moves the crosshair."""
        self.chart.walk(by)
        self.show_state()

    def action_zoom_x(self, factor: float) -> None:
        """Shows more or less of the x axis around the crosshair."""
        self.chart.zoom_x(factor)

    def action_smooth(self) -> None:
        """Smooths lines more, and in the end not at all."""
        for chart in self.charts:
            chart.smooth_more()

    def action_show_all(self) -> None:
        """Shows all values on the y axis, or the bulk again."""
        for chart in self.charts:
            chart.toggle_range(YRange.ALL)

    def action_last_half(self) -> None:
        """Fits the y axis to the right half of the curves, or to the bulk again."""
        for chart in self.charts:
            chart.toggle_range(YRange.HALF)

    def _crosshair_moved(self) -> None:
        self.show_state()
        self.refresh_bindings()

    def action_metrics(self) -> None:
        """Shows all metrics, or the dashboard again."""
        self.show_metrics(not self.shows_metrics)

    def action_zoom(self) -> None:
        """Fills the place with the pane that has the focus, or goes back."""
        self.panes.toggle_zoom()

    def action_pane(self, by: int) -> None:
        """Gives the focus to the next pane, or the one before."""
        self.panes.focus_by(by)

    def _ask(self, words: str, *commands: Command) -> None:
        """Has commands written and says so at once; the answer comes through the log."""
        if self.follower is not None:
            self.show_request(words)
            self._send(self.follower.run, commands)

    @work(group="send")
    async def _send(self, run: RunDirectory, commands: Sequence[Command]) -> None:
        # One at a time, so that commands stand in the file in the order of the keys.
        async with self._sending:
            try:
                await asyncio.to_thread(send, run, *commands)
            except RunsError as error:
                self.show_request("")
                self.app.notify(str(error), severity="error", markup=False)
