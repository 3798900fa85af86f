"""The words for every code, so that a page, a mail and a document say the same in each language.

Words of enumerations are written as they stand in a sentence ("armoured combat vehicles"); what is shown as a tag of
its own (a status, a reply) begins with a capital. Measures 4 and 5: what the OAS's English calls "joint" is
*combinados* in its Spanish and Portuguese; here doctrine's meaning holds in every language: joint, services of one
state; combined, forces of several states.
"""

from __future__ import annotations

from collections.abc import Mapping

from notify.labels import label as label
from notify.language import Text, text

_WORDS: Mapping[str, Mapping[str, Text]] = {
    "measure": {
        "4": text("Exercises and operations"),
        "5": text("Defence visits"),
        "18": text("Destruction of small arms and light weapons"),
    },
    "status": {
        "draft": text("Draft"),
        "submitted": text("Under review"),
        "published": text("In force"),
        "postponed": text("Postponed"),
        "cancelled": text("Cancelled"),
        "completed": text("Completed"),
        "withdrawn": text("Withdrawn: issued in error"),
    },
    "mark": {"test": text("Test")},
    "step": {
        "published": text("Published"),
        "amended": text("Amended"),
        "postponed": text("Postponed"),
        "cancelled": text("Cancelled"),
        "completed": text("Completed"),
        "withdrawn": text("Withdrawn: issued in error"),
    },
    "visibility": {
        "recipients": text("only those who are told"),
        "members": text("all member states"),
        "public": text("the public"),
    },
    "doctrine": {"joint": text("joint"), "combined": text("combined")},
    "activity": {"exercise": text("exercise"), "operation": text("operation")},
    "type": {
        "field": text("in the field"),
        "command_post": text("command post"),
        "map": text("on a map"),
        "computer_assisted": text("computer-assisted"),
        "live_fire": text("with live fire"),
        "naval": text("naval"),
        "air": text("air"),
        "amphibious": text("amphibious"),
        "airborne": text("airborne"),
        "special_operations": text("special operations"),
        "search_and_rescue": text("search and rescue"),
        "disaster_relief": text("disaster relief"),
        "peacekeeping": text("peacekeeping"),
    },
    "service": {
        "army": text("Army"),
        "navy": text("Navy"),
        "air_force": text("Air Force"),
        "marines": text("marines"),
        "coast_guard": text("coast guard"),
    },
    "command_level": {
        "battalion": text("battalion"),
        "brigade": text("brigade"),
        "division": text("division"),
        "task_group": text("task group"),
        "wing": text("wing"),
        "joint": text("joint command"),
    },
    "equipment": {
        "battle_tanks": text("battle tanks"),
        "armoured_combat_vehicles": text("armoured combat vehicles"),
        "artillery": text("artillery"),
        "aircraft": text("aircraft"),
        "helicopters": text("helicopters"),
        "uncrewed_aircraft": text("uncrewed aircraft"),
        "ships": text("ships"),
        "submarines": text("submarines"),
    },
    "visit_kind": {
        "installation": text("military installation"),
        "academy": text("academy"),
        "air_base": text("air base"),
        "formation": text("formation"),
        "demonstration": text("demonstration"),
        "exercise": text("exercise"),
    },
    "installation_kind": {
        "naval_base": text("naval base"),
        "air_base": text("air base"),
        "army_base": text("army base"),
        "academy": text("academy"),
        "training_area": text("training area"),
        "firing_range": text("firing range"),
        "depot": text("depot"),
        "other": text("other installation"),
    },
    "equipment_allowed": {
        "binoculars": text("binoculars"),
        "maps": text("maps"),
        "cameras": text("cameras"),
        "video_cameras": text("video cameras"),
        "voice_recorders": text("voice recorders"),
        "night_vision": text("night vision devices"),
    },
    "category": {
        "revolvers_and_self_loading_pistols": text("revolvers and self-loading pistols"),
        "rifles_and_carbines": text("rifles and carbines"),
        "assault_rifles": text("assault rifles"),
        "sub_machine_guns": text("sub-machine guns"),
        "light_machine_guns": text("light machine guns"),
        "heavy_machine_guns": text("heavy machine guns"),
        "hand_held_under_barrel_and_mounted_grenade_launchers": text(
            "hand-held under-barrel and mounted grenade launchers"
        ),
        "portable_anti_aircraft_guns": text("portable anti-aircraft guns"),
        "portable_anti_tank_guns": text("portable anti-tank guns"),
        "recoilless_rifles": text("recoilless rifles"),
        "portable_launchers_of_anti_tank_missile_and_rocket_systems": text(
            "portable launchers of anti-tank missile and rocket systems"
        ),
        "portable_launchers_of_anti_aircraft_missile_systems": text(
            "portable launchers of anti-aircraft missile systems"
        ),
        "mortars_under_100_mm": text("mortars of calibres of less than 100 mm"),
        "ammunition": text("ammunition"),
        "shotguns": text("shotguns"),
        "craft_made_weapons": text("craft-made weapons"),
    },
    "method": {
        "smelting": text("smelting"),
        "shredding": text("shredding"),
        "pressing": text("pressing"),
        "crushing": text("crushing"),
        "sawing": text("sawing"),
        "shearing": text("shearing"),
        "torch_cutting": text("torch cutting"),
        "burning": text("burning"),
        "burial": text("burial"),
        "sea_dumping": text("sea dumping"),
        "open_burning": text("open burning"),
        "open_detonation": text("open detonation"),
        "incineration": text("incineration"),
        "disassembly": text("disassembly"),
    },
    "origin": {
        "surplus": text("surplus"),
        "seized": text("seized"),
        "confiscated": text("confiscated"),
        "surrendered": text("surrendered"),
        "collected": text("collected"),
        "obsolete": text("obsolete"),
        "unserviceable": text("unserviceable"),
    },
    "unit": {
        "piece": text("pieces"),
        "round": text("rounds"),
        "kg": text("kilograms"),
        "tonne": text("tonnes"),
    },
    "language": {
        "es": text("Spanish"),
        "en": text("English"),
        "pt": text("Portuguese"),
        "fr": text("French"),
        "nl": text("Dutch"),
        "ht": text("Haitian Creole"),
        "qu": text("Quechua"),
        "ay": text("Aymara"),
        "gn": text("Guarani"),
    },
    "delivery": {
        "pending": text("Waiting to be sent"),
        "sending": text("Being sent"),
        "handed_over": text("Handed over"),
        "delivered": text("Received"),
        "bounced": text("Bounced"),
        "superseded": text("Superseded"),
        "dead": text("Given up"),
    },
    "attendance": {
        "requested": text("Requested"),
        "endorsed": text("Endorsed"),
        "approved": text("Approved"),
        "declined": text("Declined"),
        "waitlisted": text("On the waiting list"),
        "withdrawn": text("Withdrawn"),
        "revoked": text("Revoked"),
    },
    "reply": {
        "needs-action": text("No answer yet"),
        "accepted": text("Will attend"),
        "tentative": text("May attend"),
        "declined": text("Will not attend"),
    },
    "role": {
        "officer": text("officer"),
        "manager": text("manager"),
        "observer": text("observer"),
        "auditor": text("auditor"),
        "administrator": text("administrator"),
    },
    "scope": {
        "read": text("read"),
        "draft": text("draft and submit notices"),
        "publish": text("publish notices and take later steps"),
        "acknowledge": text("acknowledge notices"),
        "subscribe": text("manage subscriptions"),
        "attend": text("request and nominate observers"),
        "decide": text("decide on observers"),
        "manage": text("manage people, tokens and neighbouring states"),
    },
    "via": {
        "page": text("on the page"),
        "api": text("by API"),
        "link": text("by link"),
        "manual": text("recorded by hand"),
        "command": text("by command"),
        "worker": text("by the service itself"),
    },
    "channel": {"email": text("mail"), "webhook": text("webhook"), "feed": text("feed")},
    "subscription_kind": {"official": text("official subscription"), "personal": text("personal subscription")},
    "party_kind": {"state": text("state"), "organisation": text("organisation")},
    "party_status": {
        "member": text("member state"),
        "disputed": text("participation disputed"),
        "withdrawn": text("withdrawn from the OAS"),
        "not_participating": text("not taking part"),
    },
    "border": {"land": text("land border"), "maritime": text("maritime boundary or facing waters")},
    "confidence": {"high": text("high"), "medium": text("medium"), "low": text("low")},
    "rule": {
        "land": text("land border"),
        "maritime": text("maritime boundary or facing waters"),
        "area": text("distance from the area"),
        "airspace": text("airspace"),
        "participant": text("participating state"),
        "group": text("member of a group"),
        "agreement": text("agreement between states"),
        "invited": text("invited to observe"),
        "also_notify": text("told at the wish of the posting state"),
        "earlier": text("told of an earlier revision"),
    },
    "event": {
        "notice.published": text("Notice published"),
        "notice.amended": text("Notice amended"),
        "notice.postponed": text("Event postponed"),
        "notice.cancelled": text("Event cancelled"),
        "notice.completed": text("Event completed"),
        "notice.withdrawn": text("Notice withdrawn: issued in error"),
        "notice.acknowledged": text("Receipt acknowledged"),
        "attendance.requested": text("Attendance requested"),
        "attendance.endorsed": text("Observer endorsed"),
        "attendance.approved": text("Observer approved"),
        "attendance.declined": text("Observer declined"),
        "attendance.waitlisted": text("Observer on the waiting list"),
        "attendance.withdrawn": text("Observer withdrawn by their party"),
        "attendance.revoked": text("Approval of the observer revoked"),
        "attendance.replied": text("Observer answered the invitation"),
        "subscription.disabled": text("Subscription switched off"),
        "ping": text("Trial message"),
    },
}


def word(kind: str, code: str | int) -> Text:
    """The word for a code of an enumeration, such as ``word("service", "army")``.

    A language for which there is no word here (ISO 639-1 has 183) is shown as its code. Raises KeyError for any other
    code that the kind does not have.
    """
    words = _WORDS[kind]
    if kind == "language" and code not in words:
        return Text("%(code)s", {"code": code})
    return words[str(code)]


def options(kind: str) -> list[tuple[str, Text]]:
    """Every code of a kind with its word, in the order in which pages offer them."""
    return list(_WORDS[kind].items())


def kinds() -> tuple[str, ...]:
    """The enumerations that have words."""
    return tuple(_WORDS)
