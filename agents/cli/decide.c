/* muster conflict decide CARD: a person's word on a card, with a reason. Nothing happens by itself: the
 * decision is an event, and those it orders owe a new version. */
#include "agents/cli/options.h"
#include "agents/cli/voice.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/picture/card.h"

enum { KEY_OPTION = 256, KEY_REASON, KEY_VERDICT, KEY_FALSE, KEY_RISK, KEY_WAIT };

const struct mu_cli_option mu_cli_conflict_decide_options[] = {
    {"option", KEY_OPTION, "N", MU_W_OPT_OPTION},
    {"verdict", KEY_VERDICT, "WORD", MU_W_OPT_VERDICT},
    {"false-alarm", KEY_FALSE, NULL, MU_W_OPT_FALSE_ALARM},
    {"accept-risk", KEY_RISK, NULL, MU_W_OPT_ACCEPT_RISK},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_REASON},
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct decision {
    const char *option, *reason, *verdict;
    bool wait;
    int count; /* CARD, then FIELD=VALUE */
    char **words;
    const struct mu_card *card;
    const Muster__FindingOption *chosen; /* NULL: none of the card's */
};

/* ---- words of the command line ------------------------------------------------------------------ */

static void take(struct decision *decision, int key, const char *value)
{
    switch (key) {
    case KEY_OPTION:
        decision->option = value;
        break;
    case KEY_REASON:
        decision->reason = value;
        break;
    case KEY_VERDICT:
        decision->verdict = value;
        break;
    case KEY_FALSE:
        decision->verdict = "false_alarm";
        break;
    case KEY_RISK:
        decision->verdict = "proceed";
        break;
    default:
        decision->wait = true;
        break;
    }
}

/* Every decision is somebody's to answer for: without a reason it is none. */
static int check_words(const struct mu_cli *cli, const struct decision *decision)
{
    if (decision->count < 1)
        return mu_cli_misused(cli, MU_W_WHICH_CARD, NULL);
    if (decision->verdict == NULL && decision->option == NULL)
        return mu_cli_misused(cli, MU_W_DECIDE_WHAT, NULL);
    if (decision->reason == NULL || decision->reason[0] == '\0')
        return mu_cli_misused(cli, MU_W_DECIDE_WHY, NULL);
    return MU_EXIT_DONE;
}

/* ---- the card ------------------------------------------------------------------------------------- */

static int find_card(struct mu_voice *voice, struct decision *decision)
{
    const char *name = decision->words[0];
    const char *self = mu_agent_agency(voice->talk.agent);
    int code = mu_voice_look(voice);

    if (code != MU_EXIT_DONE)
        return code;
    decision->card = mu_picture_card_named(voice->picture, name);
    if (decision->card == NULL || !decision->card->open)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_CARD, name, NULL);
    const char *decider = decision->card->finding->decider_agency;
    if (decider != NULL && strcmp(decider, self) != 0)
        return mu_cli_fail(voice->cli, MU_EXIT_NOT_ALLOWED, MU_W_NOT_YOURS_TO_DECIDE, name, decider,
                           self, NULL);
    return MU_EXIT_DONE;
}

/* To decide anew is allowed, and nobody shall do it without knowing. */
static void tell_earlier(const struct mu_voice *voice, const struct decision *decision)
{
    const Muster__Finding *finding = decision->card->finding;
    const struct mu_said *earlier =
        finding->decision == NULL ? NULL : mu_picture_said(voice->picture, finding->decision);

    if (earlier != NULL && earlier->event->decision->reason != NULL)
        mu_cli_tell(voice->cli, MU_W_DECIDED_BEFORE, decision->words[0],
                    earlier->event->decision->reason, NULL);
}

static int choose_option(struct mu_voice *voice, struct decision *decision)
{
    const Muster__Finding *finding = decision->card->finding;
    char *end;

    if (decision->option == NULL)
        return MU_EXIT_DONE;
    errno = 0;
    long number = strtol(decision->option, &end, 10);
    if (errno != 0 || *end != '\0' || number < 1 || (size_t)number > finding->n_options)
        return mu_cli_misused(voice->cli, MU_W_NO_SUCH_OPTION, decision->option, decision->words[0],
                              NULL);
    decision->chosen = finding->options[number - 1];
    if (decision->chosen->has_possible && !decision->chosen->possible)
        return mu_cli_misused(voice->cli, MU_W_OPTION_IMPOSSIBLE, decision->option,
                              decision->words[0], NULL);
    return MU_EXIT_DONE;
}

/* ---- what an option means as a decision --------------------------------------------------------------- */

static const struct {
    const char *template_id;
    const char *verdict;
    const char *edge_effect; /* ordered of the option's road; NULL: none */
} meanings[] = {
    {"works.hold", "hold", NULL},     {"works.one_lane", "joint", "one_lane_open"},
    {"route.other", "reroute", NULL}, {"c06.next", "reroute", NULL},
    {"c11.offer", "assign", NULL},    {"route.from", "reroute", NULL},
    {"route.turn", "reroute", NULL},  {"c10.divert", "reroute", NULL},
};

static size_t meaning_of(const Muster__FindingOption *option)
{
    size_t i = 0;

    while (i < sizeof meanings / sizeof meanings[0] &&
           (option == NULL || option->text == NULL || option->text->template_id == NULL ||
            strcmp(meanings[i].template_id, option->text->template_id) != 0))
        i++;
    return i;
}

static bool has_meaning(size_t meaning)
{
    return meaning < sizeof meanings / sizeof meanings[0];
}

/* The party whose statement the option begins with: it is the one to change it. */
static const Muster__FindingParty *who_changes(const struct decision *decision)
{
    const Muster__Finding *finding = decision->card->finding;
    const Muster__Sentence *text = decision->chosen == NULL ? NULL : decision->chosen->text;

    if (text == NULL || text->n_args == 0 ||
        text->args[0]->value_case != MUSTER__ARGUMENT__VALUE_OBJECT)
        return NULL;
    for (size_t i = 0; i < finding->n_parties; i++) {
        const Muster__Ref *ref = finding->parties[i]->ref;

        if (ref != NULL && ref->object != NULL && strcmp(ref->object, text->args[0]->object) == 0)
            return finding->parties[i];
    }
    return NULL;
}

/* ---- the event -------------------------------------------------------------------------------------------- */

static int set(struct mu_voice *voice, struct mu_saying *saying, const char *field,
               const char *value)
{
    enum mu_err err = value == NULL ? MU_OK : mu_say_set(saying, field, value, &voice->how);

    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(voice, err, saying->kind);
}

static int set_word(struct mu_voice *voice, struct mu_saying *saying, const char *word)
{
    char field[MU_PATH_BYTES_MAX];
    size_t length = strcspn(word, "=");

    if (word[length] == '\0' || length >= sizeof field)
        return mu_cli_misused(voice->cli, MU_W_NO_FIELD_VALUE, word, NULL);
    snprintf(field, sizeof field, "%.*s", (int)length, word);
    return set(voice, saying, field, word + length + 1);
}

/* Unless orders are spelled out, the chosen option makes one: who changes what, and owes it. */
static int set_order(struct mu_voice *voice, struct mu_saying *saying,
                     const struct decision *decision)
{
    const Muster__FindingParty *party = who_changes(decision);
    size_t meaning = meaning_of(decision->chosen);
    char edge[128] = "";

    if (party == NULL || decision->count > 1)
        return MU_EXIT_DONE;
    if (has_meaning(meaning) && meanings[meaning].edge_effect != NULL &&
        decision->chosen->object != NULL)
        snprintf(edge, sizeof edge, "%s:%s", decision->chosen->object,
                 meanings[meaning].edge_effect);
    int code = set(voice, saying, "orders[0].agency", party->agency);
    if (code == MU_EXIT_DONE)
        code = set(voice, saying, "orders[0].object", party->ref->object);
    if (code == MU_EXIT_DONE)
        code = set(voice, saying, "orders[0].owes_version", "true");
    if (code == MU_EXIT_DONE && has_meaning(meaning))
        code = set(voice, saying, "orders[0].verdict", meanings[meaning].verdict);
    if (code == MU_EXIT_DONE && edge[0] != '\0')
        code = set(voice, saying, "orders[0].edges", edge);
    return code;
}

static const char *verdict_of(const struct decision *decision)
{
    size_t meaning = meaning_of(decision->chosen);

    if (decision->verdict != NULL)
        return decision->verdict;
    return has_meaning(meaning) ? meanings[meaning].verdict : "joint";
}

static int make_event(struct mu_voice *voice, const struct decision *decision,
                      struct mu_saying *saying)
{
    int code = set(voice, saying, "card", decision->words[0]);

    if (code == MU_EXIT_DONE)
        code = set(voice, saying, "verdict", verdict_of(decision));
    if (code == MU_EXIT_DONE)
        code = set(voice, saying, "option", decision->option);
    if (code == MU_EXIT_DONE)
        code = set(voice, saying, "decision.reason", decision->reason);
    if (code == MU_EXIT_DONE)
        code = set_order(voice, saying, decision);
    for (int i = 1; code == MU_EXIT_DONE && i < decision->count; i++)
        code = set_word(voice, saying, decision->words[i]);
    return code;
}

static int decide(struct mu_voice *voice, struct decision *decision)
{
    struct mu_saying saying;
    int code = find_card(voice, decision);

    if (code == MU_EXIT_DONE)
        code = choose_option(voice, decision);
    if (code != MU_EXIT_DONE)
        return code;
    tell_earlier(voice, decision);
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_DECISION, NULL, &voice->how, &saying);
    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    code = make_event(voice, decision, &saying);
    return code == MU_EXIT_DONE ? mu_voice_say(voice, &saying, decision->wait) : code;
}

int mu_cli_conflict_decide(struct mu_cli *cli, int argc, char **argv)
{
    struct decision decision = {.option = NULL};
    struct mu_voice voice;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_conflict_decide_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        take(&decision, key, value);
    }
    decision.count = argc - optind;
    decision.words = argv + optind;
    int code = check_words(cli, &decision);
    if (code != MU_EXIT_DONE)
        return code;
    code = mu_voice_open(&voice, cli, decision.wait);
    if (code == MU_EXIT_DONE)
        code = decide(&voice, &decision);
    mu_voice_close(&voice);
    return code;
}
