"""Articles about acts that are all different: each must become one measure and one `opened` alert."""

from collections.abc import Iterator
from itertools import product
from typing import Any

# Issuers far apart, and goods of different groups, so that no two of these acts could be the same.
_ISSUERS = (
    ("Chile", "CL", "Santiago"),
    ("Kenya", "KE", "Nairobi"),
    ("Vietnam", "VN", "Hanoi"),
    ("Brazil", "BR", "Brasilia"),
    ("Egypt", "EG", "Cairo"),
    ("Pakistan", "PK", "Islamabad"),
    ("Kazakhstan", "KZ", "Astana"),
    ("Thailand", "TH", "Bangkok"),
    ("Peru", "PE", "Lima"),
    ("Zambia", "ZM", "Lusaka"),
    ("Serbia", "RS", "Belgrade"),
    ("Malaysia", "MY", "Kuala Lumpur"),
    ("Argentina", "AR", "Buenos Aires"),
    ("Uganda", "UG", "Kampala"),
    ("Bangladesh", "BD", "Dhaka"),
    ("Morocco", "MA", "Rabat"),
    ("Ukraine", "UA", "Kyiv"),
    ("Ghana", "GH", "Accra"),
    ("Uzbekistan", "UZ", "Tashkent"),
    ("Ecuador", "EC", "Quito"),
    ("Tanzania", "TZ", "Dodoma"),
    ("Algeria", "DZ", "Algiers"),
    ("Nepal", "NP", "Kathmandu"),
    ("Cambodia", "KH", "Phnom Penh"),
    ("Bolivia", "BO", "La Paz"),
)
_GOODS = (("rice", "rice"), ("copper", "copper"), ("lithium", "lithium"), ("coal", "coal"), ("cotton", "cotton"))


def different_acts() -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield (article to push, issuer's code, commodity id), 125 in all, no two of the same act."""
    for (good, commodity), (name, code, capital) in product(_GOODS, _ISSUERS):
        yield (
            {
                "url": f"https://news.example/{code.lower()}/{commodity}",
                "title": f"{name} bans exports of {good}",
                "text": (
                    f"{capital} - {name}'s government banned all exports of {good} with immediate effect on Tuesday, "
                    f"the trade ministry said in a statement. The ban will stay in force until further notice, and "
                    f"shipments that have already cleared customs are not affected."
                ),
                "published_at": "2026-11-24T06:00:00Z",
                "source": {"id": "wire", "name": "The Wire", "kind": "news"},
            },
            code,
            commodity,
        )
