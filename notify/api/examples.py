"""Bodies as they are sent, for the document that describes the API: by operation, and by what each shows."""

from __future__ import annotations

from collections.abc import Mapping

_EXERCISE = {
    "measure": 4,
    "state": "PER",
    "title": {
        "es": "PUMA: ejercicio nacional de brigada de montaña",
        "en": "PUMA: national mountain brigade exercise",
    },
    "summary": {"es": "Adiestramiento anual de la brigada en terreno de altura, con tiro real en el polígono."},
    "period": {"starts": "2027-08-18", "ends": "2027-08-29", "timezone": "America/Lima", "all_day": True},
    "place": {
        "name": "Mazocruz, Puno",
        "geometry": {"type": "Point", "coordinates": [-69.73, -16.74]},
        "radius_km": 20,
    },
    "participants": [{"state": "PER", "personnel": 2400}],
    "contact": {
        "name": "Crnl. A. Quispe",
        "office": "Dirección de Relaciones Internacionales",
        "email": "avisos@mindef.example",
        "phone": "+51 1 555 0100",
    },
    "visibility": "recipients",
    "also_notify": [],
    "note_reference": "5-4-M/114",
    "test": False,
    "observation": {
        "invite": ["group:RECIPIENTS", "OAS"],
        "seats": 12,
        "seats_per_party": 2,
        "reply_by": "2027-07-20",
        "period": {
            "starts": "2027-08-19T10:00",
            "ends": "2027-08-21T18:00",
            "timezone": "America/Lima",
            "all_day": False,
        },
        "arrival": {"place": "Aeropuerto Inca Manco Cápac, Juliaca", "at": "2027-08-19T10:00"},
        "languages": ["es", "en"],
        "equipment_allowed": ["binoculars", "maps"],
        "programme": [{"at": "2027-08-20T08:00", "item": {"es": "Exposición inicial", "en": "Briefing"}}],
        "remarks": {"es": "Altitud 3 800 m."},
    },
    "content": {
        "activity": "exercise",
        "designation": "PUMA",
        "type": "field",
        "purpose": {"es": "Adiestramiento anual de la brigada en altura"},
        "services": ["army"],
        "command_level": "brigade",
        "live_fire": True,
        "equipment": {"armoured_combat_vehicles": 40, "artillery": 24, "helicopters": 4},
    },
}

_VISIT = {
    "measure": 5,
    "state": "PER",
    "title": {"es": "Visita a una base naval"},
    "summary": {"es": "Visita de representantes de la OEA y de los Estados miembros."},
    "period": {
        "starts": "2027-10-13T07:00",
        "ends": "2027-10-15T18:00",
        "timezone": "America/Lima",
        "all_day": False,
    },
    "place": {"name": "Callao", "geometry": {"type": "Point", "coordinates": [-77.14, -12.05]}},
    "contact": {"office": "Relaciones Internacionales", "email": "visitas@marina.example"},
    "visibility": "members",
    "observation": {"invite": ["group:MEMBERS", "OAS", "IADB"], "seats": 30, "seats_per_party": 2},
    "content": {
        "kind": "installation",
        "installations": [{"name": "Base Naval del Callao", "kind": "naval_base"}],
        "oas_invited": True,
        "costs": {"es": "A cargo del anfitrión, de la llegada a la partida"},
    },
}

_DESTRUCTION = {
    "measure": 18,
    "state": "PER",
    "title": {"es": "Destrucción de armas de fuego decomisadas"},
    "summary": {"es": "Destrucción pública, en presencia de representantes internacionales."},
    "period": {
        "starts": "2027-11-17T08:00",
        "ends": "2027-11-17T13:00",
        "timezone": "America/Lima",
        "all_day": False,
    },
    "place": {"name": "Chimbote", "geometry": {"type": "Point", "coordinates": [-78.59, -9.08]}},
    "contact": {"office": "SUCAMEC", "email": "armas@sucamec.example"},
    "visibility": "public",
    "content": {
        "origin": "confiscated",
        "method": "smelting",
        "items": [
            {"category": "revolvers_and_self_loading_pistols", "quantity": 1900, "unit": "piece"},
            {"category": "ammunition", "quantity": 210000, "unit": "round"},
        ],
    },
}

NOTICES: Mapping[str, object] = {"exercise": _EXERCISE, "visit": _VISIT, "destruction": _DESTRUCTION}

AMENDMENT: Mapping[str, object] = {
    "new dates": {
        "reason": {"es": "Cambio de fecha"},
        "period": {"starts": "2027-08-16", "ends": "2027-08-30", "timezone": "America/Lima", "all_day": True},
    }
}

POSTPONEMENT: Mapping[str, object] = {"weather": {"reason": {"es": "Mal tiempo"}}}
CANCELLATION: Mapping[str, object] = {"cancelled": {"reason": {"es": "Cancelado"}}}
COMPLETION: Mapping[str, object] = {"done": {"outcome": {"remarks": {"en": "Done"}}}}
WITHDRAWAL: Mapping[str, object] = {"error": {"reason": {"es": "Publicado por error"}}}

ACKNOWLEDGEMENT: Mapping[str, object] = {"receipt": {"revision": 1, "statement": None}}

ATTENDANCE: Mapping[str, object] = {
    "a request, as an observer": {"remarks": "Spanish speaker"},
    "a nomination, as an officer": {
        "observer": {
            "name": "Maj. R. Rojas",
            "rank": "Major",
            "function": "Liaison officer",
            "email": "rojas@bol.example",
            "language": "es",
        }
    },
}
DECISION: Mapping[str, object] = {"why": {"reason": {"es": "No quedan plazas"}}}
REPLY: Mapping[str, object] = {"yes": {"reply": "accepted"}}

SUBSCRIPTION: Mapping[str, object] = {
    "a webhook": {
        "channel": "webhook",
        "kind": "official",
        "address": "https://hooks.example/advance-notices",
        "language": "es",
    },
    "a mail with filters": {
        "channel": "email",
        "kind": "personal",
        "address": "attache@bol.example",
        "language": "es",
        "filters": {"measures": [4], "states": ["PER"], "rules": ["land"]},
    },
    "a feed": {"channel": "feed", "kind": "personal", "language": "es"},
}
SUBSCRIPTION_CHANGE: Mapping[str, object] = {"another language": {"language": "pt"}}

ADJACENCY: Mapping[str, object] = {
    "a short table": {
        "edges": [
            {"a": "BOL", "b": "PER", "kind": "land", "confidence": "high"},
            {"a": "CHL", "b": "PER", "kind": "maritime", "confidence": "medium"},
        ],
        "reason": "Reviewed by both states",
    }
}
PREVIEW: Mapping[str, object] = {
    "an exercise at a triple frontier": {
        "measure": 4,
        "state": "BRA",
        "place": {
            "name": "Tabatinga",
            "geometry": {"type": "Point", "coordinates": [-69.94, -4.24]},
            "radius_km": 40,
        },
        "participants": [{"state": "COL", "personnel": 150}],
        "observation": None,
        "also_notify": [],
    }
}

TOKEN: Mapping[str, object] = {"a reader": {"name": "Inbox of the ministry", "scopes": ["read"], "days": 90}}
