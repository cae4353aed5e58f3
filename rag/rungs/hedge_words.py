"""The words by which a sentence speaks of all, of some, of what may be and of what is planned."""

from rag.rungs.phrases import Phrases

NUMERALS = frozenset("two three four five six seven eight nine ten eleven twelve fifteen twenty hundred".split())
PERIODS = frozenset("hour day week month year quarter term minute night morning evening session time other".split())
# Not all that a word for all is said of: "nearly all", "not every", "for all that", "at all".
BEFORE_ALL = frozenset("nearly almost not virtually at above after".split())
AFTER_ALL = frozenset("but day night full too the_same that or".split())

ALL = frozenset(
    "all every always everyone everybody everything everywhere invariably completely wholly universally throughout".split()
)
NONE = Phrases("never none nobody no_one nothing nowhere not_one not_a_single not_any neither")
TOLD_OF_ALL = Phrases(
    "all every each always everyone everybody everything any anyone whole entire entirely throughout whenever "
    "both invariably universal universally mandatory compulsory 100 without_exception must across wherever "
    "complete completely everywhere wholly consistently"
)
TOLD_OF_NO_ONE = Phrases("none never nobody no no_one nothing nowhere neither without")
TOLD_OF_NONE = Phrases(
    "never none nobody no_one no nothing without neither nor not cannot nowhere any lack* absen* fail* unable "
    "unaware all always every each zero nil missing blank empty refus* only un* didn't doesn't don't isn't aren't "
    "wasn't weren't hasn't haven't hadn't couldn't"
)
NOT_QUITE_ALL = Phrases(
    "not_all not_every not_everyone not_always not_each nearly_all nearly_every nearly_always almost_all "
    "almost_every almost_always virtually_all virtually_every all_but"
)
ALWAYS = Phrases("always invariably")
TOLD_ALWAYS = Phrases("always every each all invariably any never mandatory must whenever without_exception no without")
NEVER = Phrases("never not_ever not_once")
ALMOST_NEVER = Phrases("almost_never nearly_never hardly_ever")
TOLD_NEVER = Phrases("never none no nobody nothing any ever at_all once without neither nor")
SURELY_NOT = Phrases("never none nobody no_one nothing nowhere at_all ever")

_NOT_FULLY = (
    "not_all not_always not_every not_routinely not_consistently not_reliably not_usually not_normally "
    "not_generally not_often not_systematically not_necessarily "
)
# Told of a part, or with a reserve that the claim must keep.
RESERVED = Phrases(
    "some sometimes often frequently occasionally usually mostly most many several few rarely seldom generally "
    "typically largely mainly tend tended tends limited in_places at_times on_occasion on_occasions majority "
    f"minority commonly inconsistently too_often variable mixed_quality partly {_NOT_FULLY}"
)
SCARCELY = Phrases(
    "rarely seldom few hardly scarcely infrequently often sometimes frequently limited little usually most mostly "
    f"some many {_NOT_FULLY}"
)
# Any word that keeps a reserve, in whatever measure.
PART = Phrases(
    "some sometimes often frequently occasionally usually usual mostly mainly most many much several few fewer "
    "rarely seldom generally typically largely tend tends tended partly partially limited variable varied varies "
    "vary mixed uneven patchy majority minority sporadic* in_places at_times on_occasion on_occasions "
    "inconsistent* certain nearly almost hardly scarcely little too_often commonly common regularly number_of "
    "chiefly primarily predominantly normally routinely less more_often instance instances half third quarter "
    "now_and_then from_time_to_time every_so_often likeliest least could may might "
    "proportion unusual uncommon rare once one others in_part at_best at_least at_most up_to about among unless "
    "except likely ad_hoc only just too_many a_lot far_from good_deal partial example examples dozen handful "
    f"not_yet not_fully not_routine not_usual {_NOT_FULLY}"
)
FLATLY_NOT = Phrases("at_all never nobody none no_one")
NOT_WHOLLY = Phrases(
    "not_routinely not_widely not_always not_consistently not_fully not_well not_regularly not_systematically rarely seldom infrequently "
    "insufficient_evidence limited_evidence not_assured unable_to_confirm not_confirm"
)
# Words of a claim, each with those of which one must stand in the evidence.
TOLD_SOMEWHERE = (
    (
        Phrases("plan_to plans_to planning_to intend* hope_to hopes_to aim_to aims_to is_planned are_planned planned"),
        Phrases(
            "plan* intend* intention* hop* aim* will should shall recommend* to_be due propos* expect* would consider* "
            "explor* develop* soon seek* next future ensure must wish* want*"
        ),
    ),
    (
        Phrases("routinely routine as_a_rule as_a_matter_of_course habitually"),
        Phrases(
            "routin* always every all each standard regular* normal* usual* must consistent* expected expectation "
            "automatic* generally any whenever practice universal"
        ),
    ),
    (
        Phrases("sole solely exclusively definite definitely certainly undoubtedly"),
        Phrases("only sole* alone entire* exclusive* definite* certain* undoubted* whole* pure* just single"),
    ),
)
MOST = Phrases(
    "most mostly majority mainly usually generally typically largely predominantly normally chiefly as_a_rule"
)
TOLD_OF_MOST = Phrases(
    "most mostly majority mainly main usual usually generally typically typical largely predominantly normally "
    "chiefly tend* often all every each always routinely common* frequently too_many few rarely seldom many "
    "average primarily almost nearly principal* chief good well bulk general widespread overall standard half "
    "other_than only exception mean"
)

MAY = Phrases("may might possibly potentially")
MODAL = Phrases(
    "may might could possibly perhaps potentially risk* likely unlikely can would believe* thought fear* worr* "
    "concern* chance if appear* seem* suggest* think* up_to"
)
MEANT = Phrases(
    "plan_to plans_to planned_to plans intend* intention aim_to aims_to aiming hope_to hopes_to hoped_to "
    "hoping_to expect_to expects_to expected_to expected due_to_be due_to_start due_to_open due_to_begin "
    "due_to_go due_to_move due_to_launch due_to_join would_like_to want_to wants_to wish_to wishes_to propos* "
    "about_to is_to_be are_to_be was_to_be were_to_be is_to_start is_to_have is_to_move discussions considering "
    "exploring looking_at looking_into shortly soon keen_to bid in_development being_developed "
    "being_drafted being_considered being_piloted being_planned forthcoming planned preparing in_draft draft "
    "scheduled underway under_way promised awaiting awaited consultation"
)
MEANT_OR_ASKED = Phrases(
    "plan plans plan_to planned planning intend* intention aim* hope hopes hoped hoping expect* due_to would "
    "like_to want* wish* propos* about_to to_be discussions discussing considering exploring looking_at "
    "looking_into agreed_to will shortly soon keen_to bid in_development being_developed being_drafted "
    "being_considered being_piloted forthcoming preparing draft seeking scheduled underway under_way promised "
    "awaiting awaited consultation mean_to means_to meant should ask asks asked recommend* advis* told_to urg* "
    "needs_to need_to must ought talking talks next by_then future going_to set_to to_start to_open to_begin "
    "to_come to_follow to_close to_join working_on working_towards work_is reviewing yet not awaits pending "
    "working_up could may might call*"
)
BEGUN = Phrases(
    "have_begun has_begun had_begun has_started have_started has_now have_now has_since have_since has_already "
    "been_agreed been_settled been_closed been_introduced been_set_up been_put_in_place been_approved "
    "been_appointed been_signed been_launched been_opened been_completed been_resolved have_settled has_settled "
    "have_agreed has_agreed has_closed has_introduced has_appointed has_launched has_opened has_completed has_put "
    "have_put has_set_up have_set_up has_gone_live now_in_place now_has now_have now_runs now_offers went_live "
    "is_now are_now"
)
PLAN = Phrases(
    "plan plans planned plans_to planning intends intended hopes hoped expects expected would_like_to due_to "
    "proposed proposal proposals about_to discussions is_to_be are_to_be was_to_be were_to_be "
    "nothing_had_been_agreed no_decision yet_to not_yet"
)
# Words that keep the same reserve.
SAME = (
    Phrases("most mostly majority mainly usually largely generally typically tend tends tended"),
    Phrases("often frequently commonly too_often regularly"),
    Phrases("some sometimes several in_places at_times on_occasion on_occasions partly"),
    Phrases("few fewer rarely seldom hardly scarcely limited little"),
)
