"""The app on Build, and waiting until what is shown is of the draft as it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from nntui.tui.app import NntuiApp
from nntui.tui.places.builder.controls import ChoiceControl, SwitchControl, TextControl
from nntui.tui.places.builder.field import Field
from nntui.tui.places.builder.form import Form
from nntui.tui.places.builder.place import BuildPlace

MODEL = """\
name = "digits-mlp"

[data]
source = "digits"
validation = 0.2

[[layers]]
type = "flatten"

[[layers]]
type = "dense"
units = 64
activation = "relu"

[[layers]]
type = "dense"
units = 32
activation = "relu"

[[layers]]
type = "dense"

[training]
epochs = 40
batch_size = 32
seed = 0

[training.optimizer]
type = "adam"
learning_rate = 0.002
"""


class Stage:
    """An app that runs, and the place Build in it."""

    def __init__(self, app: NntuiApp, pilot: Pilot) -> None:
        self.app, self.pilot = app, pilot

    @property
    def place(self) -> BuildPlace:
        return self.app.screen_stack[0].query_one(BuildPlace)

    @property
    def draft(self) -> dict:
        return self.place.draft

    @property
    def types(self) -> list[str]:
        return [layer["type"] for layer in self.draft["layers"]]

    async def settle(self) -> None:
        await self.pilot.pause()
        await self.workers("tab", "fill")
        await self.place.settle()
        await self.place.fill_now()
        await self.place.glancer.done()
        await self.pilot.pause()

    async def workers(self, *groups: str) -> None:
        """Waits for the workers of some groups."""
        pending = [worker for worker in self.app.workers if worker.group in groups]
        if pending:  # An empty list would stand for all there are.
            await self.app.workers.wait_for_complete(pending)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)
        await self.settle()

    async def burst(self, *keys: str, turns: int = 0) -> None:
        """Keys as a slow line brings them: none waits for the one before, `turns` of the event loop between them."""
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            event = events.Key({".": "full_stop", "-": "minus"}.get(key, key), key if len(key) == 1 else None)
            event.set_sender(self.app)
            driver.send_message(event)
            for _ in range(turns):
                await asyncio.sleep(0)
        await self.pilot.pause(0.05)
        await self.settle()

    def field(self, name: str) -> Field:
        return next(field for field in self.place.query_one(Form).tab.fields() if field.setting.name == name)

    async def focus(self, name: str) -> TextControl | ChoiceControl | SwitchControl:
        control = self.field(name).control
        control.focus()
        await self.pilot.pause()
        return control

    async def enter(self, name: str, text: str) -> None:
        """Types a text in place of what stands in a field."""
        await self.focus(name)
        await self.press("home", "ctrl+k")
        await self.type(text)


@asynccontextmanager
async def stage(
    folder: Path, *, size: tuple[int, int] = (80, 24), model: Path | None = None, bundled: bool = False
) -> AsyncIterator[Stage]:
    if model is None and not bundled:
        model = folder / "model.toml"
        model.write_text(MODEL, encoding="utf-8")
    app = NntuiApp(runs_root=folder / "runs", base=folder, model=model)
    async with app.run_test(size=size, notifications=True) as pilot:
        shown = Stage(app, pilot)
        await shown.settle()
        yield shown
