/* Every sentence and every word exists in both languages, and asks for the same arguments in both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "proto/schema/event.pb-c.h"
#include "proto/rules/templates.h"
#include "proto/words/terms.h"
#include "proto/words/words.h"

static const char *const names[] = {
#define W(name, en, zh) #name,
#include "proto/words/words.def"
#undef W
};

/* Which of {0} to {9} a sentence holds, one bit each. */
static unsigned places(const char *sentence)
{
    unsigned found = 0;

    for (const char *at = sentence; *at != '\0'; at++)
        if (at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}')
            found |= 1u << (at[1] - '0');
    return found;
}

/* From {0} on without a hole: a forgotten {1} would print what belongs elsewhere. */
static bool counts_from_zero(unsigned found)
{
    return (found & (found + 1)) == 0;
}

static bool has_chinese(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if (*at >= 0xE4 && *at <= 0xE9)
            return true;
    return false;
}

static void a_sentence_stands_in_both_languages_with_the_same_places(void **state)
{
    (void)state;
    for (int i = 0; i < MU_WORDS; i++) {
        const char *en = mu_word((enum mu_word)i, MU_LANG_EN);
        const char *zh = mu_word((enum mu_word)i, MU_LANG_ZH);

        if (*en == '\0' || *zh == '\0' || places(en) != places(zh))
            fail_msg("%s: \"%s\" / \"%s\"", names[i], en, zh);
        if (!mu_utf8_ok(zh, strlen(zh)) || !mu_utf8_ok(en, strlen(en)))
            fail_msg("%s is not UTF-8", names[i]);
    }
}

static void english_holds_no_chinese(void **state)
{
    (void)state;
    for (int i = 0; i < MU_WORDS; i++) {
        bool quotes_a_heading = strncmp(names[i], "IMPORT_", 7) == 0; /* as published */

        if (!quotes_a_heading && has_chinese(mu_word((enum mu_word)i, MU_LANG_EN)))
            fail_msg("%s speaks Chinese in English", names[i]);
    }
}

static void findings_templates_stand_in_both_languages(void **state)
{
    const char *id;

    (void)state;
    for (size_t i = 0; (id = mu_template_at(i)) != NULL; i++) {
        const char *en = mu_template(id, MU_LANG_EN);
        const char *zh = mu_template(id, MU_LANG_ZH);

        if (*en == '\0' || *zh == '\0' || places(en) != places(zh) || !counts_from_zero(places(en)))
            fail_msg("%s: \"%s\" / \"%s\"", id, en, zh);
    }
}

static void every_error_has_sentence_and_remedy_in_both_languages(void **state)
{
    static const enum mu_err errors[] = {
#define E(name, number, class, en, en_remedy, zh, zh_remedy) MU_E_##name,
#include "proto/base/err.def"
#undef E
    };

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        for (int lang = 0; lang < 2; lang++) {
            assert_true(strlen(mu_err_sentence(errors[i], (enum mu_lang)lang)) > 3);
            assert_true(strlen(mu_err_remedy(errors[i], (enum mu_lang)lang)) > 3);
        }
    }
}

/* ---- short words -------------------------------------------------------------------------------- */

static void check_enum(const char *type, const ProtobufCEnumDescriptor *descriptor)
{
    for (unsigned i = 1; i < descriptor->n_values; i++) {
        uint32_t value = (uint32_t)descriptor->values[i].value;

        for (int lang = 0; lang < 2; lang++)
            if (strcmp(mu_term(type, value, (enum mu_lang)lang), "?") == 0)
                fail_msg("no word for %s in %s", descriptor->values[i].name, lang ? "zh" : "en");
    }
}

static void a_type_has_a_word_for_every_value_but_unspecified(void **state)
{
    (void)state;
#define CHECK(Type, type) check_enum(#Type, &muster__##type##__descriptor)
    CHECK(WarningColour, warning_colour);
    CHECK(Instruction, instruction);
    CHECK(AlertException, alert_exception);
    CHECK(Measure, measure);
    CHECK(EdgeEffect, edge_effect);
    CHECK(PopulationKind, population_kind);
    CHECK(Severity, severity);
    CHECK(Channel, channel);
    CHECK(Hazard, hazard);
    CHECK(Activity, activity);
    CHECK(FindingKind, finding_kind);
    CHECK(FindingState, finding_state);
    CHECK(CloseReason, close_reason);
    CHECK(Gravity, gravity);
    CHECK(Rung, rung);
    CHECK(Verdict, verdict);
    CHECK(DeclarationKind, declaration_kind);
    CHECK(ResponseLevel, response_level);
    CHECK(Status, status);
    CHECK(Change, change);
    CHECK(EvacuationState, evacuation_state);
    CHECK(DestinationKind, destination_kind);
    CHECK(ShelterState, shelter_state);
    CHECK(Stage, stage);
    CHECK(IncidentState, incident_state);
    CHECK(BedKind, bed_kind);
    CHECK(FloodState, flood_state);
    CHECK(UnitKind, unit_kind);
    CHECK(UnitState, unit_state);
    CHECK(PlanState, plan_state);
    CHECK(ObjectKind, object_kind);
    CHECK(RoadState, road_state);
    CHECK(RoadCause, road_cause);
    CHECK(SupplyAnswer, supply_answer);
    CHECK(CommitmentKind, commitment_kind);
    CHECK(ShipmentState, shipment_state);
    CHECK(TickReason, tick_reason);
    CHECK(TaskAct, task_act);
    CHECK(ReferralReason, referral_reason);
    CHECK(Trend, trend);
    CHECK(SensorState, sensor_state);
    CHECK(DamOperationState, dam_operation_state);
    CHECK(LeveeDefect, levee_defect);
    CHECK(JobState, job_state);
#undef CHECK
}

static void every_kind_has_a_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < muster__event__descriptor.n_fields; i++) {
        uint32_t number = muster__event__descriptor.fields[i].id;

        if (number < 16)
            continue;
        assert_string_not_equal(mu_term("Kind", number, MU_LANG_EN), "?");
        assert_string_not_equal(mu_term("Kind", number, MU_LANG_ZH), "?");
    }
}

static void a_newer_value_is_shown_as_unknown_not_as_another(void **state)
{
    (void)state;
    assert_string_equal(mu_term("Verdict", 9999, MU_LANG_EN), "?");
    assert_string_equal(mu_term("Verdict", 0, MU_LANG_ZH), "?");
    assert_string_equal(mu_term("NoSuchType", 2, MU_LANG_EN), "?");
}

/* ---- filling -------------------------------------------------------------------------------------- */

static void places_are_filled_and_a_missing_one_stays_visible(void **state)
{
    const char *const args[] = {"one", "{0}", "three"};
    char buffer[128];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    (void)state;
    mu_words_fill(&text, "{0}-{1}-{2}-{3} {x} {", args, 3);
    /* an argument that looks like a place is not filled again: it may come from outside */
    assert_string_equal(buffer, "one-{0}-three-{3} {x} {");
}

/* "1 receipts" looks like a machine that cannot count, and then nobody trusts its figures. */
static void one_of_a_thing_is_not_said_like_many(void **state)
{
    static const struct {
        const char *sentence, *arg, *said;
    } cases[] = {
        {"{0} {0|receipt|receipts}", "1", "1 receipt"},
        {"{0} {0|receipt|receipts}", "0", "0 receipts"},
        {"{0} {0|receipt|receipts}", "11", "11 receipts"},
        {"{0} {0|report waits|reports wait} here", "1", "1 report waits here"},
        {"{0}{0|s}", "1", "1{0|s}"}, /* half a place is none, and is seen */
        {"{0|a|b", "1", "{0|a|b"},
        {"{0|a|b}", "{0}", "b"},
        {"{1|a|b}", "1", "{1|a|b}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[128];
        struct mu_text text = mu_text(buffer, sizeof buffer);

        mu_words_fill(&text, cases[i].sentence, &cases[i].arg, 1);
        assert_string_equal(buffer, cases[i].said);
    }
}

/* A number before a plain plural would be wrong for one: such a sentence chooses its word. */
static void every_counted_noun_chooses_its_form(void **state)
{
    static const char *const nouns[] = {
        "entries",    "reports", "receipts", "signers",  "agencies", "places", "persons",
        "rows",       "events",  "objects",  "cards",    "asks",     "days",   "beds",
        "ambulances", "times",   "fields",   "messages", "seals",    "tasks",  "keys",
    };

    (void)state;
    for (int i = 0; i < MU_WORDS; i++) {
        const char *en = mu_word((enum mu_word)i, MU_LANG_EN);

        for (size_t k = 0; k < sizeof nouns / sizeof nouns[0]; k++) {
            for (const char *at = strstr(en, nouns[k]); at != NULL; at = strstr(at + 1, nouns[k]))
                if (strcmp(names[i], "F_BEDS") !=
                        0 && /* its {0} is a kind of bed, its {1} the count */
                    at - en >= 4 &&
                    at[-1] == ' ' && at[-2] == '}' && at[-4] == '{')
                    fail_msg("%s: \"%s\" would say \"1 %s\"", names[i], en, nouns[k]);
        }
    }
}

static void the_locale_names_the_language(void **state)
{
    (void)state;
    assert_int_equal(mu_words_lang("zh_CN.UTF-8"), MU_LANG_ZH);
    assert_int_equal(mu_words_lang("zh"), MU_LANG_ZH);
    assert_int_equal(mu_words_lang("en_GB"), MU_LANG_EN);
    assert_int_equal(mu_words_lang("C"), MU_LANG_EN);
    assert_int_equal(mu_words_lang(NULL), MU_LANG_EN);
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(a_sentence_stands_in_both_languages_with_the_same_places),
        cmocka_unit_test(english_holds_no_chinese),
        cmocka_unit_test(findings_templates_stand_in_both_languages),
        cmocka_unit_test(every_error_has_sentence_and_remedy_in_both_languages),
        cmocka_unit_test(a_type_has_a_word_for_every_value_but_unspecified),
        cmocka_unit_test(every_kind_has_a_word),
        cmocka_unit_test(a_newer_value_is_shown_as_unknown_not_as_another),
        cmocka_unit_test(places_are_filled_and_a_missing_one_stays_visible),
        cmocka_unit_test(one_of_a_thing_is_not_said_like_many),
        cmocka_unit_test(every_counted_noun_chooses_its_form),
        cmocka_unit_test(the_locale_names_the_language),
    };

    return cmocka_run_group_tests_name("words", stories, NULL, NULL);
}
