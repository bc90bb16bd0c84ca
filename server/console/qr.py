"""A link as a QR code for a terminal, where one can be read."""

from typing import TextIO

import segno

BORDER = 2


def draw(link: str, terminal: TextIO, *, columns: int) -> bool:
    """Draw ``link`` and return True, or draw nothing: half a code is worth less than none.

    It takes a real terminal that is wide enough and knows the block characters.
    """
    code = segno.make(link, error="l", boost_error=False, micro=False)
    width, _ = code.symbol_size(border=BORDER)
    knows_blocks = (terminal.encoding or "").lower().replace("-", "").startswith("utf")
    if not terminal.isatty() or not knows_blocks or columns < width:
        return False
    code.terminal(terminal, border=BORDER, compact=True)
    return True
