"""Tell a suspension from another easing by the sources' own words (pure).

The stages know one word, `eased`, for what is suspended, relaxed, exempted or licensed. A reader wants the narrower
one where it is known, and a wrong one is worse than the wide one.
"""

import re

from services.alert.known import KnownMeasure
from services.alert.moments import phase

_SUSPENDED = re.compile(
    r"suspen[ds]|sospe[ns]|aussetz|ausgesetzt|暂停|暫停|停止|一時停止|유예|중단|تعليق|علّ?ق|تعلیق|приостан|призупин|निलंबित|स्थगित"
    r"|ask\u0131ya|ditangguhkan|menangguhkan|penangguhan|đình chỉ|tạm dừng|tạm ngừng",
    re.IGNORECASE,
)
_EASING_PHASE = 2


def suspends(measure: KnownMeasure) -> bool:
    """Tell whether any report of the easing calls it a suspension."""
    quotes = (s.quote for s in measure.support if phase(s.stage) == _EASING_PHASE)
    return any(_SUSPENDED.search(quote) for quote in quotes if quote)
