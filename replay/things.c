#include "replay/things.h"

#include <stdlib.h>

#include "proto/picture/card.h"
#include "proto/wire/json.h"

struct things {
    struct mu_jot *jot;
    const mu_picture *picture;
    char *buffer;
};

void mu_said_jot(struct mu_jot *jot, const struct mu_said *said)
{
    mu_jot_number(jot, "number", said->number);
    mu_jot_time(jot, "acceptedAt", said->accepted_at_ms);
    mu_jot_bytes(jot, "leaf", said->leaf.b, sizeof said->leaf.b);
    mu_jot_event(jot, "event", said->event);
}

/* What is known of it beyond its statement: counted together from all that was said. */
static void jot_now(const struct things *things, const struct mu_object *object)
{
    struct mu_text text = mu_text(things->buffer, MU_JSON_BYTES_MAX);

    mu_picture_dump_object(things->picture, object, &text);
    if (text.cut)
        things->jot->err = MU_E_LIMIT;
    else
        mu_jot_json(things->jot, "now", things->buffer);
}

static void jot_object(void *user, const struct mu_object *object)
{
    const struct things *things = user;
    struct mu_jot *jot = things->jot;
    const struct mu_said *head = mu_object_head(object);

    mu_jot_open(jot, NULL);
    mu_jot_text(jot, "kind", mu_kind_name(object->kind));
    mu_jot_text(jot, "object", object->id);
    if (head == NULL) {
        mu_jot_flag(jot, object->withdrawn ? "withdrawn" : "notYetStated", true);
        mu_jot_close(jot);
        return;
    }
    if (head->version > 0)
        mu_jot_count(jot, "version", head->version);
    mu_jot_text(jot, "agency", head->event->envelope->agency);
    jot_now(things, object);
    mu_said_jot(jot, head);
    mu_jot_close(jot);
}

static void jot_card(struct mu_jot *jot, const struct mu_card *card)
{
    mu_jot_open(jot, NULL);
    mu_jot_text(jot, "rule", mu_rule_name(card->finding->rule));
    mu_jot_text(jot, "subject", card->finding->subject);
    mu_jot_flag(jot, "card", card->finding->has_card_id);
    mu_jot_flag(jot, "open", card->open);
    mu_jot_count(jot, "raised", card->raisings);
    mu_said_jot(jot, card->said);
    mu_jot_close(jot);
}

void mu_things_jot(struct mu_jot *jot, const mu_picture *picture)
{
    struct things things = {jot, picture, malloc(MU_JSON_BYTES_MAX)};
    const struct mu_card *card;

    if (things.buffer == NULL) {
        jot->err = MU_E_NO_MEMORY;
        return;
    }
    mu_jot_list(jot, "objects");
    mu_picture_each(picture, jot_object, &things);
    mu_jot_list_end(jot);
    mu_jot_list(jot, "cards");
    for (size_t i = 0; (card = mu_picture_card_at(picture, i)) != NULL; i++)
        if (card->finding != NULL)
            jot_card(jot, card);
    mu_jot_list_end(jot);
    free(things.buffer);
}
