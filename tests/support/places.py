"""Places to draw and to measure: the cases of the demonstration, and areas where maps go wrong."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NAMES = {
    "ARG": "Argentina", "ATG": "Antigua y Barbuda", "BHS": "Bahamas", "BLZ": "Belice", "BOL": "Bolivia",
    "BRA": "Brasil", "BRB": "Barbados", "CAN": "Canadá", "CHL": "Chile", "COL": "Colombia", "CUB": "Cuba",
    "DMA": "Dominica", "ECU": "Ecuador", "GRD": "Granada", "GTM": "Guatemala", "GUY": "Guyana", "HND": "Honduras",
    "KNA": "San Cristóbal y Nieves", "LCA": "Santa Lucía", "MEX": "México", "NIC": "Nicaragua", "PAN": "Panamá",
    "PER": "Perú", "PRY": "Paraguay", "SLV": "El Salvador", "SUR": "Surinam", "TTO": "Trinidad y Tobago",
    "URY": "Uruguay", "USA": "Estados Unidos", "VCT": "San Vicente y las Granadinas", "VEN": "Venezuela",
}  # fmt: skip


def point(lon: Any, lat: Any) -> Json:
    return {"type": "Point", "coordinates": [lon, lat]}


def polygon(*rings: list[list[float]]) -> Json:
    return {"type": "Polygon", "coordinates": list(rings)}


def multipolygon(*parts: list[list[list[float]]]) -> Json:
    return {"type": "MultiPolygon", "coordinates": list(parts)}


def rectangle(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


Case = tuple[str, str, Json, float | None, list[str]]
"""Name, state, place, radius in km, states told."""

CASES: list[Case] = [
    ("CRUZEX", "BRA", point(-35.25, -5.91), 400, ["ARG", "BOL", "COL", "GUY", "PER", "PRY", "SUR", "URY", "VEN"]),
    ("UNITAS", "CHL", polygon(rectangle(-73.5, -33.9, -71.7, -32.1)), None, ["ARG", "BOL", "PER"]),
    ("TRADEWINDS", "BRB", point(-59.55, 13.15), 60, ["GRD", "GUY", "LCA", "TTO", "VCT"]),
    ("AMAZONLOG", "BRA", point(-69.94, -4.24), 40, ["ARG", "BOL", "COL", "GUY", "PER", "PRY", "SUR", "URY", "VEN"]),
    ("ARANDÚ", "ARG", point(-57.65, -30.25), 50, ["BOL", "BRA", "CHL", "PRY", "URY"]),
    ("VANGUARD", "BRA", point(-51.83, 3.84), 60, ["ARG", "BOL", "COL", "GUY", "PER", "PRY", "SUR", "URY", "VEN"]),
    ("COMANDO", "HND", point(-87.22, 14.33), 15, ["GTM", "NIC", "SLV"]),
    ("ESTRELLA AUSTRAL", "CHL", polygon(rectangle(-70.3, -24.4, -68.9, -22.8)), None, ["ARG", "BOL", "PER"]),
    ("PUMA", "PER", point(-69.73, -16.74), 20, ["BOL", "BRA", "CHL", "COL", "ECU"]),
    ("NANOOK", "CAN", polygon(rectangle(-68, 62.2, -60, 65.8)), None, ["USA"]),
    ("Bogotá", "COL", point(-74.07, 4.69), None, ["BRA", "ECU", "PAN", "PER", "VEN"]),
    ("Antofagasta", "CHL", point(-70.44, -23.44), None, ["ARG", "BOL", "PER"]),
    ("Ensenada", "MEX", point(-116.6, 31.87), None, ["BLZ", "GTM", "USA"]),
    ("Ciudad de Guatemala", "GTM", point(-90.51, 14.63), None, ["BLZ", "HND", "MEX", "SLV"]),
    ("Chimbote", "PER", point(-78.59, -9.07), None, ["BOL", "BRA", "CHL", "COL", "ECU"]),
    ("Port of Spain", "TTO", point(-61.51, 10.66), None, ["BRB", "GRD", "GUY", "SUR", "VCT", "VEN"]),
]  # fmt: skip
ALEUTIANS = polygon(rectangle(175, 50, 185 - 360, 54))
HALVES = multipolygon([rectangle(175, 50, 180, 54)], [rectangle(-180, 50, -175, 54)])
WIDE = polygon([[-170, -60], [-60, -60], [50, -60], [50, 60], [-60, 60], [-170, 60], [-170, -60]])
POLAR_CAP = polygon([[-180, 70], [0, 70], [180, 70], [180, 90], [-180, 90], [-180, 70]])
