"""The app: the top line, the place in view, the key line. It composes; what a place does is the place's."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from nntui.display.printable import printable, printable_lines
from nntui.runs.directory import RunDirectory, RunsError
from nntui.tui.chrome.key_line import KeyLine
from nntui.tui.chrome.keys import KeyGroup, key_words, own_bindings, place_groups, text_group
from nntui.tui.chrome.keys import help_group as group_of
from nntui.tui.chrome.screens import BaseScreen
from nntui.tui.chrome.top_line import Headline, TopLine
from nntui.tui.first_model import first_model
from nntui.tui.gc_pauses import LOOK_SECONDS, GcPauses
from nntui.tui.places.builder.place import BuildPlace
from nntui.tui.places.place import Place
from nntui.tui.places.registry import PLACES, PlaceEntry
from nntui.tui.starting import refusal_of, start_run
from nntui.tui.terminal.app import TerminalApp
from nntui.tui.terminal.backpressure import backpressure_of

if TYPE_CHECKING:
    import subprocess

    from textual.notifications import SeverityLevel


_QUIT, _GUIDE = "quit", "guide"
_GOODBYE_SECONDS = 0.5
_FIRST_LOOK_SECONDS = 3.0
"""How long a question at the start waits for the model to be shown: large data take longer to read."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action of the palette."""

    title: str
    keys: str
    """Its key in words; '' where it has none."""
    run: Callable[[], Awaitable[None]]


class NntuiApp(TerminalApp[None]):
    """nntui on a terminal; `attached` tells afterwards which runs were watched."""

    CSS_PATH = "nntui.tcss"
    TITLE = "nntui"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (132, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-medium"), (40, "-tall")]
    BINDINGS = [
        *(Binding(entry.key, f"go('{entry.id}')", entry.title, show=False) for entry in PLACES),
        Binding("question_mark,f1", "help", "Help"),
        Binding("ctrl+p", "command_palette", "Commands", show=False),
        Binding("ctrl+l", "redraw", "Redraw", show=False, tooltip="Send the whole screen again"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, tooltip="Back to the shell; fg comes back"),
        Binding("q", "quit", "Quit", tooltip="Quit; a training goes on"),
    ]

    def __init__(self, *, runs_root: Path, base: Path, model: Path | None = None) -> None:
        """`base` is where relative data paths begin; `model` is opened, by default the bundled digits-mlp."""
        super().__init__()
        self.runs_root = runs_root
        self.base = base
        self.attached: list[RunDirectory] = []
        """The runs watched since the start, the last one at the end."""
        self._model = model
        self._headlines: dict[str, Headline] = {}
        self._starting = asyncio.Lock()
        self._gc_pauses = GcPauses()

    def get_default_screen(self) -> Screen[Any]:
        """The screen that the places are on."""
        return BaseScreen(id="_default")

    def compose(self) -> ComposeResult:
        first = first_model(self._model, base=self.base)
        if first.problem:
            self.call_after_refresh(partial(self.notify, first.problem, severity="error", timeout=15, markup=False))
        yield TopLine([(entry.key, entry.id, entry.title) for entry in PLACES])
        with ContentSwitcher(initial="build", id="places"):
            yield BuildPlace(first.draft, base=first.base, path=first.path, id="build")
        yield KeyLine()

    def on_mount(self) -> None:
        self.set_class(self.no_color, "-no-color")
        self.query_one(TopLine).place = "build"
        self.query_one(BuildPlace).focus_first()
        # What the shell left on the screen after ctrl+z and fg is drawn over.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.call_after_refresh(lambda: self.run_worker(self._offer_running(), group="start"))
        # Whether the terminal answers at all should be known before the first dashboard.
        self.call_after_refresh(backpressure_of(self).ask)
        self.set_interval(LOOK_SECONDS, self._gc_pauses.look)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As Textual's, without what a terminal would obey; text from elsewhere goes without markup."""
        text = printable_lines(message)
        super().notify(text, title=printable(title), severity=severity, timeout=timeout, markup=markup)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._gc_pauses.key()
        await super().on_event(event)

    def on_cursor_position(self) -> None:
        backpressure_of(self).answered()

    @property
    def place(self) -> Place:
        """The place in view."""
        switcher = self.screen_stack[0].query_one("#places", ContentSwitcher)
        return switcher.query_one(f"#{switcher.current}", Place)

    async def action_go(self, place: str) -> None:
        """Shows a place: build, train or runs; in Train, where nothing is watched yet, a run that is going on."""
        await self.show_place(place)
        if place == "train" and not self.attached:
            from nntui.worker.running import running_runs

            runs = await asyncio.to_thread(running_runs, self.runs_root)
            if runs and not self.attached:
                await self._show_run(runs[0])

    async def show_place(self, identity: str) -> Place:
        """Shows a place, making it where it was not shown before, and gives it the focus."""
        base = self.screen_stack[0]
        switcher = base.query_one("#places", ContentSwitcher)
        try:
            place = switcher.query_one(f"#{identity}", Place)
        except NoMatches:
            kind = await asyncio.to_thread(PlaceEntry.named(identity).load)
            place = kind(id=identity)
            await switcher.add_content(place)
        switcher.current = identity
        top = base.query_one(TopLine)
        top.place, top.headline = identity, self._headlines.get(identity, Headline())
        self._focus_in(place)
        return place

    def _focus_in(self, place: Place) -> None:
        self.screen_stack[0].set_focus(None)
        place.can_focus = False
        place.focus_first()
        # Behind the focus that was asked for, which is given as late as this.
        self.call_later(place.keep_focus)

    def on_place_headline(self, event: Place.Headline) -> None:
        event.stop()
        headline = self._headlines[event.place.id or ""] = Headline(event.name, event.state, event.mark)
        if event.place is self.place:
            self.screen_stack[0].query_one(TopLine).headline = headline

    def train(self, draft: dict[str, Any], base: Path) -> None:
        """Creates and starts a run of the draft, and shows it in Train; asks first where another one is running."""
        self.run_worker(self._train(draft, base), group="train")

    def attach(self, run: RunDirectory) -> None:
        """Shows a run in Train."""
        self.run_worker(self._show_run(run), group="train")

    async def may_start(self) -> bool:
        """Whether a training may start: where others are running the person says so, or has them stopped first."""
        from nntui.tui.dialogs.running import Beside, RunningDialog
        from nntui.worker.running import running_runs, stop_runs

        runs = await asyncio.to_thread(running_runs, self.runs_root)
        if not runs:
            return True
        answer = await self.push_screen_wait(RunningDialog([run.id for run in runs]))
        if answer is Beside.STOP:
            self.notify(f"Stopping {', '.join(run.id for run in runs)} …", markup=False)
            try:
                await stop_runs(runs)
            except RunsError as error:
                self.notify(str(error), severity="error", markup=False)
                return False
        return answer is not None

    async def _train(self, draft: dict[str, Any], base: Path) -> None:
        # One after the other: the second of two presses finds the run that the first one started.
        async with self._starting:
            if await self.may_start():
                await self._start(draft, base)

    async def _start(self, draft: dict[str, Any], base: Path) -> None:
        from nntui.modelfile.problems import SpecError

        try:
            run, worker = await asyncio.to_thread(start_run, draft, base, self.runs_root)
        except (SpecError, RunsError) as error:
            self.notify(str(error), title="This cannot be trained", severity="error", timeout=10, markup=False)
            return
        await self._show_run(run)
        self.run_worker(self._watch_start(run, worker), group="refusal")

    async def _watch_start(self, run: RunDirectory, worker: subprocess.Popen[bytes]) -> None:
        refusal = await refusal_of(run, worker)
        if refusal is not None:
            self.attached = [other for other in self.attached if other != run]
            train: Any = self.screen_stack[0].query_one("#train", Place)
            if train.detach(run) and self.place is train:
                await self.show_place("build")
            self.notify(refusal, title="This cannot be trained", severity="error", timeout=10)

    async def _show_run(self, run: RunDirectory) -> None:
        if run in self.attached:
            self.attached.remove(run)
        self.attached.append(run)
        place: Any = await self.show_place("train")
        answer = place.attach(run)
        if inspect.isawaitable(answer):
            await answer
        self._focus_in(place)

    async def _offer_running(self) -> None:
        from nntui.runs.status import Status, status_of
        from nntui.tui.dialogs.confirm import ConfirmDialog
        from nntui.worker.running import running_runs

        runs = await asyncio.to_thread(running_runs, self.runs_root)
        if not runs:
            return
        # Behind the question stands the model, not a form that is still empty.
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.query_one(BuildPlace).fill_now()), _FIRST_LOOK_SECONDS)
        others = f"{len(runs) - 1} more: see 4 Runs" if len(runs) > 1 else ""
        state = "paused" if await asyncio.to_thread(status_of, runs[0]) is Status.PAUSED else "running"
        dialog = ConfirmDialog(f"{runs[0].id} is {state}.", detail=others, yes="Attach", no="Stay")
        if await self.push_screen_wait(dialog):
            await self._show_run(runs[0])

    async def action_quit(self) -> None:
        """Quits, unless a place has something to ask first and the answer is to stay."""
        if all(worker.group != _QUIT or worker.is_finished for worker in self.workers):
            self.run_worker(self._quit(), group=_QUIT)

    async def _quit(self) -> None:
        for place in self._places():
            if not await place.may_quit():
                return
        await backpressure_of(self).settled(_GOODBYE_SECONDS)
        self.exit()

    def action_help_quit(self) -> None:
        """Says which key quits, for those whose hands have pressed ctrl+c."""
        focused = self.focused
        is_typing = focused is not None and focused.check_consume_key("q", "q")
        keys = "esc, then q quits" if is_typing or len(self.screen_stack) > 1 else "q quits"
        self.notify(f"{keys}. A training goes on without the app; nntui finds it again.", title="ctrl+c")

    def action_help(self) -> None:
        """Shows every key, those of the place in view first."""
        from nntui.tui.dialogs.help import HelpDialog

        groups: list[KeyGroup] = []
        for place in self._places_from_here():
            groups += place_groups(place.title, place)
            groups += [text_group(f"{place.title}: {title}", lines) for title, lines in place.more_help()]
        groups.insert(1, group_of("Everywhere", own_bindings(NntuiApp)))
        self.push_screen(HelpDialog(groups))

    def action_guide(self) -> None:
        """Opens the guide, unless it is open already."""
        if all(worker.group != _GUIDE or worker.is_finished for worker in self.workers):
            self.run_worker(self._read_guide(), group=_GUIDE)

    async def _read_guide(self) -> None:
        from nntui.tui.dialogs.guide import read_guide

        await read_guide(self)

    def commands(self) -> list[Command]:
        """Every action of the place in view, of the app, and of the other places there are, in that order."""
        here, *others = [self._commands_of(place) for place in self._places_from_here()]
        own = [_command("", binding, partial(self.run_action, binding.action, self)) for binding in _actions(self)]
        own.append(Command("Read the guide", "? g", self._read_guide))
        own.append(Command("Change the colours: another theme", "", self._choose_theme))
        own.append(Command("Save a picture of the screen (SVG)", "", self._take_screenshot))
        return [*here, *own, *(command for commands in others for command in commands)]

    def _commands_of(self, place: Place) -> list[Command]:
        bound = [
            _command(f"{place.title}: ", binding, partial(self._run_in, place, binding.action))
            for binding in _actions(place)
        ]
        more = [
            Command(f"{place.title}: {words}", "", partial(self._run_in, place, action))
            for words, action in place.more_commands()
        ]
        return [*bound, *more]

    def action_command_palette(self) -> None:
        """Lists every action, those of the place in view first, and runs the one that is chosen."""
        self.run_worker(self._run_command(), group="palette", exclusive=True)

    async def _run_command(self) -> None:
        from nntui.tui.dialogs.palette import PaletteDialog

        command = await self.push_screen_wait(PaletteDialog(self.commands()))
        if command is not None:
            await command.run()

    async def _choose_theme(self) -> None:
        from nntui.tui.dialogs.choice import Choice
        from nntui.tui.dialogs.choose import ChooseDialog

        themes = [Choice(name, name) for name in sorted(self.available_themes)]
        choice = await self.push_screen_wait(ChooseDialog("theme", themes, chosen=self.theme))
        if choice is not None:
            self.theme = choice.value

    async def _take_screenshot(self) -> None:
        self.deliver_screenshot()

    async def _run_in(self, place: Place, action: str) -> None:
        await self.show_place(place.id or "")
        # Behind the focus, which some actions go by.
        self.call_later(self._run_focused, place, action)

    async def _run_focused(self, place: Place, action: str) -> None:
        if place.check_action(action.partition("(")[0], ()):
            await self.run_action(action, place)

    def _places_from_here(self) -> list[Place]:
        """The places there are, the one in view first."""
        return sorted(self._places(), key=lambda place: place is not self.place)

    def _places(self) -> list[Place]:
        return list(self.screen_stack[0].query(Place))


def _actions(node: Place | App[Any]) -> list[Binding]:
    """The bindings of a node's class with a description, one for each action."""
    found: dict[str, Binding] = {}
    for binding in own_bindings(type(node)):
        if binding.description:
            found.setdefault(binding.action, binding)
    return list(found.values())


def _command(prefix: str, binding: Binding, run: Callable[[], Awaitable[Any]]) -> Command:
    return Command(f"{prefix}{binding.tooltip or binding.description}", key_words(binding.key), run)
