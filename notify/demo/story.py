"""What happened before the demonstration is opened: each notice's history, as days from today.

The calendar is the whole of the data; `telling` calls the verbs with the clock of each day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Visitor = tuple[str, str, str, str]
"""(party, name, function, what became of it)"""


@dataclass(frozen=True)
class Tale:
    """One notice. Days are from today: negative ones are past. ``told`` and ``moved`` are days of publication.

    ``acknowledged`` maps a revision to the parties that acknowledged it. Of ``observers`` became: ``requested`` by the
    party's observer herself; nominated and ``endorsed``; ``approved`` besides; or ``accepted``, ``tentative`` or
    ``declined``, which is what they answered.
    """

    case: str
    starts: int
    told: int
    visibility: str = "recipients"
    also_notify: Sequence[str] = ()
    invite: Sequence[str] = ("group:RECIPIENTS", "OAS")
    moved: tuple[int, int, dict[str, str]] | None = None  # day of the amendment, days by which it moves, reason
    cancelled: tuple[int, dict[str, str]] | None = None
    postponed: tuple[int, dict[str, str]] | None = None
    completed: tuple[int, dict[str, str]] | None = None
    acknowledged: dict[int, Sequence[str]] = field(default_factory=dict)
    observers: Sequence[Visitor] = ()


STORY: tuple[Tale, ...] = (
    Tale("cruzex", -118, -170, completed=(-104, {"pt": "Concluído como previsto."}),
         acknowledged={1: ("ARG", "CHL", "COL", "PRY", "PER", "URY", "BOL"),
                       2: ("ARG", "CHL", "COL", "PER", "URY", "BOL")}),
    Tale("unitas", -82, -130, "members", completed=(-70, {"es": "Concluido sin novedad."}),
         acknowledged={1: ("ARG", "PER", "BOL", "ECU", "COL"), 2: ("ARG", "PER", "BOL", "ECU")}),
    Tale("tradewinds", -61, -110, "public", completed=(-47, {"en": "Completed as planned."}),
         acknowledged={1: ("TTO", "GUY", "LCA", "VCT", "GRD", "JAM"), 2: ("TTO", "LCA", "JAM")}),
    Tale("destroy-gt", -26, -75, "public", invite=("MEX", "group:SICA", "OAS"),
         completed=(-25, {"es": "Se destruyeron 4 054 armas. El acta se envió a la OEA."}),
         acknowledged={1: ("BLZ", "HND", "MEX", "SLV"), 2: ("HND", "MEX", "SLV")},
         observers=(("MEX", "Cap. S. Ruiz", "Observadora", "accepted"),
                    ("HND", "May. P. Zelaya", "Observador", "accepted"))),
    Tale("comando", -3, -52, acknowledged={1: ("GTM", "SLV", "COL", "MEX", "PAN", "PER")},
         observers=(("GTM", "Cap. E. Barrios", "Observador", "accepted"),)),
    Tale("estrella", 16, -44, moved=(-6, -5, {"es": "Disponibilidad del polígono"}),
         acknowledged={1: ("PER", "ARG", "BOL"), 2: ("ARG",)},
         observers=(("ARG", "Cap. F. Sosa", "Observador", "accepted"),
                    ("PER", "May. C. Vega", "Observadora", "approved"))),
    Tale("vanguard", 21, -40, cancelled=(-9, {"pt": "Indisponibilidade de meios aéreos"}),
         acknowledged={1: ("SUR", "GUY", "PER", "COL")}),
    Tale("destroy-pe", 30, -30, "public", invite=("group:RECIPIENTS", "OAS", "IADB"),
         acknowledged={1: ("BOL", "BRA", "CHL", "COL", "ECU")},
         observers=(("CHL", "Cap. F. Lagos", "Observadora", "accepted"),
                    ("BOL", "May. R. Rojas", "Oficial de enlace", "approved"),
                    ("OAS", "Sra. A. Whitfield", "Secretaría", "tentative"))),
    Tale("arandu", 38, -24, acknowledged={1: ("BRA", "CHL", "URY")},
         observers=(("CHL", "May. C. Soto", "Observador", "approved"),)),
    Tale("puma", 48, -20, moved=(-8, 2, {"es": "Disponibilidad del transporte aéreo"}),
         acknowledged={1: ("BOL", "BRA", "CHL"), 2: ("BRA", "CHL", "OAS")},
         observers=(("BRA", "Maj. T. Moura", "Adido de defesa", "accepted"),
                    ("CHL", "May. C. Soto", "Observador", "accepted"),
                    ("CHL", "Cap. F. Lagos", "Observadora", "approved"),
                    ("OAS", "Sra. A. Whitfield", "Secretaría", "tentative"),
                    ("BOL", "May. R. Rojas", "Oficial de enlace", "endorsed"),
                    ("BOL", "Cap. S. Arce", "Intérprete", "endorsed"),
                    ("ECU", "Tcrn. P. Andrade", "Agregado de defensa", "endorsed"))),
    Tale("nanook", 55, -18, "members", acknowledged={1: ("USA",)}),
    Tale("visit-academy", 62, -14, "members", invite=("group:MEMBERS", "OAS"),
         acknowledged={1: ("BRA", "ECU", "PAN", "PER")},
         observers=(("PAN", "Cap. N. Castillo", "Observadora", "accepted"),)),
    Tale("amazonlog", 69, -5, acknowledged={1: ("COL", "URY")},
         observers=(("COL", "Tcnl. J. Rincón", "Observador", "endorsed"),
                    ("PER", "May. C. Vega", "Observadora", "requested"))),
    Tale("visit-airbase", 78, -11, "members", invite=("group:MEMBERS", "OAS"), acknowledged={1: ("ARG", "PER")},
         postponed=(-1, {"es": "Mantenimiento de la pista"})),
    Tale("destroy-tt", 85, -3, "public", also_notify=("GUY",),
         invite=("GUY", "BRB", "VEN", "USA", "OAS", "CARICOM"), acknowledged={1: ("BRB", "GUY")}),
    Tale("visit-exercise", 103, -2, "members", invite=("group:MEMBERS", "OAS", "IADB"), also_notify=("CHL",)),
)  # fmt: skip

DRAFTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("PER", {
        "measure": 4, "state": "PER", "title": {"es": "YACUMAMA: búsqueda y rescate fluvial"},
        "place": {"name": "Río Amazonas, Iquitos", "geometry": {"type": "Point", "coordinates": [-73.25, -3.75]},
                  "radius_km": 40},
        "participants": [{"state": "PER", "personnel": 350}],
        "content": {"activity": "exercise", "designation": "YACUMAMA", "type": "search_and_rescue",
                    "services": ["navy"]},
    }),
    ("PER", {"measure": 5, "state": "PER", "title": {"es": "Visita a la Base Naval del Callao"}}),
    ("BOL", {"measure": 18, "state": "BOL", "title": {"es": "Destrucción de armas decomisadas"}}),
)  # fmt: skip
"""Drafts that somebody has begun: (state, body)."""
