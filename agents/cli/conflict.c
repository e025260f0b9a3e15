/* muster conflict list | show CARD */
#include "agents/cli/look.h"
#include "agents/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAUSES_MAX 32u

enum { KEY_ALL = 256, KEY_FAIL_ON };

const struct mu_cli_option mu_cli_conflict_list_options[] = {
    {"all", KEY_ALL, NULL, MU_W_OPT_ALL},
    {"fail-on", KEY_FAIL_ON, "conflict", MU_W_OPT_FAIL_ON},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- list ---------------------------------------------------------------------------------------- */

static void print_row(const struct mu_look *look, const struct mu_card *card)
{
    struct mu_entry entry = mu_look_entry(card->said);

    mu_output_entry(look->cli, &look->style, &entry);
}

static int list(struct mu_look *look, bool all, bool fails)
{
    size_t count = 0, open = 0;
    const struct mu_card **cards = mu_look_cards(look, all, &count);

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
            return mu_cli_wrong_value(cli, "--fail-on", value);
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
    add_cause(&causes, look->picture, card->finding->decision);
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
