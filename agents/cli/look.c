#include "agents/cli/look.h"

#include <stdlib.h>

#define NAMING_KINDS "type=genesis,reference_object,item_table,indicator_table,role_map,enrolment"

static enum mu_err learn(void *user, const struct mu_entry *entry)
{
    struct mu_look *look = user;

    if (entry->event != NULL && entry->event->body_case == MUSTER__EVENT__BODY_GENESIS)
        mu_county_from_genesis(&look->county, entry->event->genesis);
    return mu_names_learn(look->names, entry);
}

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct mu_look *look = user;

    return mu_picture_fold(look->picture, entry);
}

/* The first entry says what county this is, and is one of those that give names. */
static enum mu_err learn_names(struct mu_look *look)
{
    enum mu_err err;

    look->talk.on_entry = learn;
    look->talk.user = look;
    err = mu_talk_read(&look->talk, NAMING_KINDS, 1);
    look->talk.on_entry = NULL;
    return err == MU_OK ? mu_county_learn(&look->talk, look->talk.dir, &look->county) : err;
}

int mu_look_open(struct mu_look *look, struct mu_cli *cli)
{
    enum mu_err err;
    int code;

    *look = (struct mu_look){.cli = cli};
    if ((code = mu_talk_open(&look->talk, cli, true)) != MU_EXIT_DONE)
        return code;
    mu_county_read(look->talk.dir, &look->county);
    if ((err = mu_names_new(&look->names)) == MU_OK)
        err = learn_names(look);
    cli->exercise = look->county.status == MUSTER__STATUS__STATUS_EXERCISE;
    look->style = mu_output_style(cli, look->county.offset_min, look->names);
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&look->talk, err);
}

int mu_look_fold(struct mu_look *look)
{
    enum mu_err err = mu_picture_new(&look->picture);

    if (err == MU_OK) {
        look->talk.on_entry = fold;
        err = mu_talk_read(&look->talk, "", 1);
        look->talk.on_entry = NULL;
    }
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&look->talk, err);
}

void mu_look_close(struct mu_look *look)
{
    mu_picture_free(&look->picture);
    mu_names_free(&look->names);
    mu_talk_close(&look->talk);
}

struct mu_entry mu_look_entry(const struct mu_said *said)
{
    return (struct mu_entry){.epoch = said->epoch,
                             .number = said->number,
                             .accepted_at_ms = said->accepted_at_ms,
                             .agent = said->agent,
                             .leaf = said->leaf,
                             .path = "",
                             .event = said->event};
}

/* ---- cards ------------------------------------------------------------------------------------ */

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

const struct mu_card **mu_look_cards(const struct mu_look *look, bool all, size_t *count)
{
    const mu_picture *picture = look->picture;
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
