/* muster conflict list | show CARD | decide CARD */
#include "agents/cli/look.h"
#include "agents/cli/options.h"
#include "agents/cli/show.h"
#include "agents/cli/voice.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/picture/card.h"

#define CAUSES_MAX 32u

enum {
    KEY_ALL = 256,
    KEY_FAIL_ON,
    KEY_OPTION,
    KEY_REASON,
    KEY_VERDICT,
    KEY_FALSE,
    KEY_RISK,
    KEY_WAIT
};

const struct mu_cli_option mu_cli_conflict_list_options[] = {
    {"all", KEY_ALL, NULL, MU_W_OPT_ALL},
    {"fail-on", KEY_FAIL_ON, "conflict", MU_W_OPT_FAIL_ON},
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_conflict_decide_options[] = {
    {"option", KEY_OPTION, "N", MU_W_OPT_OPTION},
    {"verdict", KEY_VERDICT, "WORD", MU_W_OPT_VERDICT},
    {"false-alarm", KEY_FALSE, NULL, MU_W_OPT_FALSE_ALARM},
    {"accept-risk", KEY_RISK, NULL, MU_W_OPT_ACCEPT_RISK},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_REASON},
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- list ---------------------------------------------------------------------------------------- */

/* Findings that ask nobody for a decision are no cards. */
static bool is_listed(const struct mu_card *card, bool all)
{
    return card->finding->has_card_id && (all || card->open);
}

static int by_urgency(const void *a, const void *b)
{
    const struct mu_card *x = *(const struct mu_card *const *)a;
    const struct mu_card *y = *(const struct mu_card *const *)b;
    int64_t first = x->finding->has_decide_by_ms ? x->finding->decide_by_ms : INT64_MAX;
    int64_t second = y->finding->has_decide_by_ms ? y->finding->decide_by_ms : INT64_MAX;

    if (x->open != y->open)
        return x->open ? -1 : 1;
    if (first != second)
        return first < second ? -1 : 1;
    return x->raised_number < y->raised_number ? -1 : x->raised_number > y->raised_number;
}

/* Gives the cards, most urgent first; free() them. NULL when there are none. */
static const struct mu_card **collect(const mu_picture *picture, bool all, size_t *count)
{
    const struct mu_card **cards = NULL;
    const struct mu_card *card;
    size_t room = 0;

    *count = 0;
    for (size_t i = 0; (card = mu_picture_card_at(picture, i)) != NULL; i++)
        room += is_listed(card, all);
    if (room == 0 || (cards = calloc(room, sizeof(struct mu_card *))) == NULL)
        return NULL;
    for (size_t i = 0; (card = mu_picture_card_at(picture, i)) != NULL; i++)
        if (is_listed(card, all))
            cards[(*count)++] = card;
    qsort(cards, room, sizeof(struct mu_card *), by_urgency);
    return cards;
}

static void print_row(const struct mu_look *look, const struct mu_card *card)
{
    struct mu_entry entry = mu_look_entry(card->said);

    mu_output_entry(look->cli, &look->style, &entry);
}

static int list(struct mu_look *look, bool all, bool fails)
{
    size_t count = 0, open = 0;
    const struct mu_card **cards = collect(look->picture, all, &count);

    for (size_t i = 0; i < count; i++) {
        print_row(look, cards[i]);
        open += cards[i]->open;
    }
    free(cards);
    if (count == 0)
        mu_cli_tell(look->cli, MU_W_NO_CONFLICT, NULL);
    return fails && open > 0 ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}

int mu_cli_conflict_list(struct mu_cli *cli, int argc, char **argv)
{
    bool all = false, fails = false;
    struct mu_look look;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_conflict_list_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_FAIL_ON && strcmp(value, "conflict") != 0)
            return mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, "--fail-on", value, NULL);
        all |= key == KEY_ALL;
        fails |= key == KEY_FAIL_ON;
    }
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    if (code == MU_EXIT_DONE)
        code = list(&look, all, fails);
    mu_look_close(&look);
    return code;
}

/* ---- show ---------------------------------------------------------------------------------------------- */

struct causes {
    struct mu_entry entries[CAUSES_MAX];
    const struct mu_entry *list[CAUSES_MAX];
    size_t count;
};

static void add_cause(struct causes *causes, const mu_picture *picture, const Muster__Ref *ref)
{
    const struct mu_said *said = ref == NULL ? NULL : mu_picture_said(picture, ref);

    if (said == NULL || causes->count == CAUSES_MAX)
        return;
    causes->entries[causes->count] = mu_look_entry(said);
    causes->list[causes->count] = &causes->entries[causes->count];
    causes->count++;
}

static int show(struct mu_look *look, const char *name)
{
    const struct mu_card *card = mu_picture_card_named(look->picture, name);
    char buffer[MU_CARD_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    struct causes causes = {.count = 0};

    if (card == NULL)
        return mu_cli_fail(look->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_CARD, name, NULL);
    struct mu_entry entry = mu_look_entry(card->said);
    if (look->cli->form != MU_FORM_HUMAN) {
        mu_output_entry(look->cli, &look->style, &entry);
        return MU_EXIT_DONE;
    }
    for (size_t i = 0; i < card->finding->n_parties; i++)
        add_cause(&causes, look->picture, card->finding->parties[i]->ref);
    for (size_t i = 0; i < card->finding->n_causes; i++)
        add_cause(&causes, look->picture, card->finding->causes[i]);
    mu_render_card(&text, &look->style, &entry, causes.list, causes.count,
                   mu_county_now_ms(&look->county, look->talk.agent));
    fputs(buffer, stdout);
    return MU_EXIT_DONE;
}

int mu_cli_conflict_show(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_look look;
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_WHICH_CARD, NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    if (code == MU_EXIT_DONE)
        code = show(&look, argv[optind]);
    mu_look_close(&look);
    return code;
}

/* ---- decide ----------------------------------------------------------------------------------------------- */

struct decision {
    const char *option, *reason, *verdict;
    bool wait;
    int count; /* CARD, then FIELD=VALUE */
    char **words;
};

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
static int check(const struct mu_cli *cli, const struct decision *decision)
{
    if (decision->count < 1)
        return mu_cli_misused(cli, MU_W_WHICH_CARD, NULL);
    if (decision->verdict == NULL && decision->option == NULL)
        return mu_cli_misused(cli, MU_W_DECIDE_WHAT, NULL);
    if (decision->reason == NULL || decision->reason[0] == '\0')
        return mu_cli_misused(cli, MU_W_DECIDE_WHY, NULL);
    return MU_EXIT_DONE;
}

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

/* An option of the card must be one it offers; the verdict that goes with choosing one is "joint":
 * both sides go on as the option says. */
static int check_option(struct mu_voice *voice, const struct decision *decision)
{
    const struct mu_card *card;
    char *end;
    long option;

    if (decision->option == NULL)
        return MU_EXIT_DONE;
    int code = mu_voice_look(voice);
    if (code != MU_EXIT_DONE)
        return code;
    card = mu_picture_card_named(voice->picture, decision->words[0]);
    if (card == NULL || !card->open)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_CARD, decision->words[0], NULL);
    errno = 0;
    option = strtol(decision->option, &end, 10);
    if (errno != 0 || *end != '\0' || option < 1 || (size_t)option > card->finding->n_options)
        return mu_cli_misused(voice->cli, MU_W_NO_SUCH_OPTION, decision->option, decision->words[0],
                              NULL);
    return MU_EXIT_DONE;
}

static int decide(struct mu_voice *voice, const struct decision *decision)
{
    struct mu_saying saying;
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_DECISION, NULL, &voice->how, &saying);
    int code;

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    if ((code = check_option(voice, decision)) != MU_EXIT_DONE)
        return code;
    code = set(voice, &saying, "card", decision->words[0]);
    if (code == MU_EXIT_DONE)
        code =
            set(voice, &saying, "verdict", decision->verdict != NULL ? decision->verdict : "joint");
    if (code == MU_EXIT_DONE)
        code = set(voice, &saying, "option", decision->option);
    if (code == MU_EXIT_DONE)
        code = set(voice, &saying, "decision.reason", decision->reason);
    for (int i = 1; code == MU_EXIT_DONE && i < decision->count; i++)
        code = set_word(voice, &saying, decision->words[i]);
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
    int code = check(cli, &decision);
    if (code != MU_EXIT_DONE)
        return code;
    code = mu_voice_open(&voice, cli, decision.wait);
    if (code == MU_EXIT_DONE)
        code = decide(&voice, &decision);
    mu_voice_close(&voice);
    return code;
}
