"""The codes that notices, deliveries and attendance use, once for all: models, words and pages take them from here.

Codes are snake_case (CONTRACT's public names); the order is the one in which pages offer them. The lists of weapons
follow the International Tracing Instrument (2005), with ammunition, shotguns and craft-made weapons added.
"""

from __future__ import annotations

from typing import Literal, get_args

Measure = Literal[4, 5, 18]
Language = Literal["es", "en", "pt", "fr"]
Status = Literal["draft", "submitted", "published", "postponed", "cancelled", "completed", "withdrawn"]
RevisionStep = Literal["published", "amended", "postponed", "cancelled", "completed", "withdrawn"]
Visibility = Literal["recipients", "members", "public"]
"""From the narrowest to the widest."""

Activity = Literal["exercise", "operation"]
ExerciseType = Literal[
    "field",
    "command_post",
    "map",
    "computer_assisted",
    "live_fire",
    "naval",
    "air",
    "amphibious",
    "airborne",
    "special_operations",
    "search_and_rescue",
    "disaster_relief",
    "peacekeeping",
]
Service = Literal["army", "navy", "air_force", "marines", "coast_guard"]
CommandLevel = Literal["battalion", "brigade", "division", "task_group", "wing", "joint"]
Equipment = Literal[
    "battle_tanks",
    "armoured_combat_vehicles",
    "artillery",
    "aircraft",
    "helicopters",
    "uncrewed_aircraft",
    "ships",
    "submarines",
]

VisitKind = Literal["installation", "academy", "air_base", "formation", "demonstration", "exercise"]
InstallationKind = Literal[
    "naval_base", "air_base", "army_base", "academy", "training_area", "firing_range", "depot", "other"
]
EquipmentAllowed = Literal["binoculars", "maps", "cameras", "video_cameras", "voice_recorders", "night_vision"]

Category = Literal[
    "revolvers_and_self_loading_pistols",
    "rifles_and_carbines",
    "assault_rifles",
    "sub_machine_guns",
    "light_machine_guns",
    "heavy_machine_guns",
    "hand_held_under_barrel_and_mounted_grenade_launchers",
    "portable_anti_aircraft_guns",
    "portable_anti_tank_guns",
    "recoilless_rifles",
    "portable_launchers_of_anti_tank_missile_and_rocket_systems",
    "portable_launchers_of_anti_aircraft_missile_systems",
    "mortars_under_100_mm",
    "ammunition",
    "shotguns",
    "craft_made_weapons",
]
Method = Literal[
    "smelting",
    "shredding",
    "pressing",
    "crushing",
    "sawing",
    "shearing",
    "torch_cutting",
    "burning",
    "burial",
    "sea_dumping",
    "open_burning",
    "open_detonation",
    "incineration",
    "disassembly",
]
Origin = Literal["surplus", "seized", "confiscated", "surrendered", "collected", "obsolete", "unserviceable"]
Unit = Literal["piece", "round", "kg", "tonne"]

DeliveryStatus = Literal["pending", "sending", "handed_over", "delivered", "bounced", "superseded", "dead"]
AttendanceStatus = Literal["requested", "endorsed", "approved", "declined", "waitlisted", "withdrawn", "revoked"]
Reply = Literal["needs-action", "accepted", "tentative", "declined"]
Channel = Literal["email", "webhook", "feed"]
SubscriptionKind = Literal["official", "personal"]
PartyKind = Literal["state", "organisation"]
PartyStatus = Literal["member", "disputed", "withdrawn", "not_participating"]
Border = Literal["land", "maritime"]
Confidence = Literal["high", "medium", "low"]
Rule = Literal[
    "land",
    "maritime",
    "area",
    "airspace",
    "participant",
    "group",
    "agreement",
    "invited",
    "also_notify",
    "earlier",
]
"""Why a party is told."""

Event = Literal[
    "notice.published",
    "notice.amended",
    "notice.postponed",
    "notice.cancelled",
    "notice.completed",
    "notice.withdrawn",
    "notice.acknowledged",
    "attendance.requested",
    "attendance.endorsed",
    "attendance.approved",
    "attendance.declined",
    "attendance.waitlisted",
    "attendance.withdrawn",
    "attendance.revoked",
    "attendance.replied",
    "subscription.disabled",
    "ping",
]

LANGUAGES: tuple[Language, ...] = get_args(Language)
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)

ISO_639_1 = frozenset(
    code
    for row in (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv",
        "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie",
        "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv",
        "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm",
        "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts",
        "tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu",
    )
    for code in row.split()
)
"""Codes of languages, two letters (ISO 639-1): those that a host offers to its observers."""
