"""`nntui gradcheck`: is backpropagation right for this stack?"""

from __future__ import annotations

import click

from nntui.cli.console import info
from nntui.cli.failures import FAILED
from nntui.cli.parameters import base_of, find_model, model_argument, read_model, set_option
from nntui.cli.tables import Column, print_table


@click.command("gradcheck")
@model_argument()
@set_option("layers[0].activation=gelu")
def gradcheck_command(model: str, overrides: tuple[str, ...]) -> int:
    """Check MODEL's gradients on samples of its own data, against central differences in float64.

    Exit code 1 where an array's gradient is off.

    \b
    Example: nntui gradcheck iris
    """
    from nntui.inspection.gradient_check import check_model
    from nntui.nn.gradcheck import TOLERANCE

    path = find_model(model)
    checks = check_model(read_model(path, overrides), base=base_of(path))
    columns = [Column("array"), Column("checked", right=True), Column("of", right=True), Column("error", right=True),
               Column("result")]  # fmt: skip
    print_table(
        columns,
        [
            (check.name, str(check.checked), str(check.size), f"{check.error:.1e}", "ok" if check.passed else "WRONG")
            for check in checks
        ],
    )
    wrong = [check.name for check in checks if not check.passed]
    if wrong:
        info(f"the gradient of {', '.join(wrong)} is off by more than {TOLERANCE:g}")
    return FAILED if wrong else 0
