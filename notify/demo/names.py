"""Invented people of a demonstration: officer, manager and observer of each party, with rank as it is written there."""

from __future__ import annotations

import re

from notify.actor import Role

NAMES: dict[str, tuple[str, str, str]] = {
    "ARG": ("Tcnl. G. Benítez", "Lic. V. Morales", "Cap. F. Sosa"),
    "ATG": ("Maj D. Benjamin", "Ms L. Samuel", "Capt K. Francis"),
    "BHS": ("Cdr P. Rolle", "Ms D. Knowles", "Lt T. Ferguson"),
    "BLZ": ("Maj E. Castillo", "Ms N. Young", "Capt R. Flowers"),
    "BOL": ("Cap. M. Quispe", "Lic. E. Vargas", "May. R. Rojas"),
    "BRA": ("Cel. M. Duarte", "Sra. P. Lima", "Maj. T. Moura"),
    "BRB": ("Maj A. Blackman", "Ms C. Greenidge", "Capt O. Holder"),
    "CAN": ("LCol S. Tremblay", "Ms H. MacLeod", "Maj J. Okafor"),
    "CHL": ("Tcl. A. Fuentes", "Lic. P. Araya", "May. C. Soto"),
    "COL": ("May. D. Mejía", "Dra. L. Cárdenas", "Tcnl. J. Rincón"),
    "CRI": ("Com. H. Solís", "Lic. K. Jiménez", "Cap. A. Mora"),
    "CUB": ("Cap. O. Hernández", "Lic. Y. Pérez", "May. R. Díaz"),
    "DMA": ("Insp J. Royer", "Ms A. Toussaint", "Sgt C. Laurent"),
    "DOM": ("Cnel. R. Peña", "Lic. S. Matos", "Cap. J. de la Cruz"),
    "ECU": ("Mayo. S. Cevallos", "Ing. G. Paredes", "Tcrn. P. Andrade"),
    "GRD": ("Insp M. Charles", "Ms T. Alexander", "Sgt D. Noel"),
    "GTM": ("Cnel. L. Ixcot", "Lic. M. Girón", "Cap. E. Barrios"),
    "GUY": ("Maj V. Persaud", "Ms I. Adams", "Capt S. Joseph"),
    "HND": ("Cnel. N. Zúñiga", "Abg. C. Lobo", "May. P. Zelaya"),
    "HTI": ("Col C. Pierre", "Mme J. Laurent", "Cdt F. Denis"),
    "JAM": ("Maj W. Campbell", "Ms S. Reid", "Capt L. Gordon"),
    "KNA": ("Maj C. Liburd", "Ms R. Browne", "Lt A. Phipps"),
    "LCA": ("Insp N. Joseph", "Ms F. Charlery", "Sgt B. Auguste"),
    "MEX": ("Tte. Cor. I. Navarro", "Lic. B. Aguilar", "Cap. S. Ruiz"),
    "NIC": ("Cap. D. Espinoza", "Lic. A. Mendoza", "May. F. Téllez"),
    "OAS": ("Sr. E. Carvajal", "Sra. M. Santos", "Sra. A. Whitfield"),
    "PAN": ("Com. T. Arosemena", "Lic. R. Batista", "Cap. N. Castillo"),
    "PER": ("Cap. L. Ramos", "Lic. M. Torres", "May. C. Vega"),
    "PRY": ("Tcnel. O. Giménez", "Lic. N. Ayala", "May. B. Franco"),
    "SLV": ("Cnel. J. Menjívar", "Lic. K. Alvarado", "Cap. W. Portillo"),
    "SUR": ("Maj R. Amatali", "Ms S. Kartosen", "Capt J. Pinas"),
    "TTO": ("Maj J. Charles", "Ms K. Ramdeen", "Capt N. Mohammed"),
    "URY": ("Tte. Cnel. F. Pereira", "Cra. L. Rodríguez", "Cap. M. Silveira"),
    "USA": ("LTC B. Harper", "Ms J. Kowalski", "MAJ D. Reyes"),
    "VCT": ("Insp L. Ballantyne", "Ms O. Williams", "Sgt P. John"),
    "VEN": ("Cap. A. Contreras", "Lic. G. Salazar", "May. E. Rondón"),
}

CIVILIAN = frozenset({"Lic.", "Sr.", "Sra.", "Ms", "Mme", "Dra.", "Ing.", "Abg.", "Cra."})

FUNCTIONS: dict[str, dict[Role, str]] = {
    "es": {
        "officer": "Oficial de notificaciones",
        "manager": "Jefatura de oficina",
        "observer": "Oficial de enlace",
    },
    "en": {"officer": "Notification officer", "manager": "Head of office", "observer": "Liaison officer"},
    "pt": {
        "officer": "Oficial de notificações",
        "manager": "Chefia do escritório",
        "observer": "Oficial de ligação",
    },
    "fr": {"officer": "Officier de notification", "manager": "Direction du bureau", "observer": "Officier de liaison"},
}
"""What each does, by the language that the party writes in."""

ROLES: tuple[Role, ...] = ("officer", "manager", "observer")


def rank_of(name: str) -> str:
    """The military rank that a name begins with, before the initial; "" for civilians."""
    title = re.split(r" (?=\w\. )", name, maxsplit=1)[0]
    return "" if title in CIVILIAN else title
