/* muster-supply: answers every entry that changes what people need or what there is with one sheet,
 * whole or not at all (proto/rules/needs.h).
 */
#include "agents/sdk/responder.h"
#include "proto/rules/needs.h"
#include "proto/wire/event.h"

#define SHEET_BYTES_MAX ((size_t)16 << 20)
#define NEAR_ENTRIES 64

/* What needs and stocks are computed from; findings and the rest go by. */
static const char wanted[] =
    "type=evacuation,shelter,supply_need,supply_request,supply_response,supply_commitment,stock,"
    "shipment,supply_sheet,reference_object,rate_table,item_table,incident,epoch";

struct supply {
    mu_picture *picture;
    uint64_t answered; /* entry the last sheet said answers; 0: see the picture */
    uint32_t version;  /* of the last sheet said */
    mu_arena last_arena;
    const Muster__SupplySheet *last; /* the last sheet said; NULL: see the picture */
};

/* ---- the sheet as an event ---- */

static void fill_envelope(const struct supply *s, mu_responder *responder, const char *name,
                          Muster__Envelope *envelope)
{
    const Muster__Envelope *of = mu_picture_needs_cause(s->picture)->event->envelope;
    const struct mu_said *before = mu_picture_sheet(s->picture);
    const struct mu_said *rates = mu_picture_rates(s->picture, NULL);
    uint32_t version = before == NULL ? 0 : before->version;

    mu_responder_envelope(responder, of, name, mu_picture_now_ms(s->picture), envelope);
    /* A sheet is about the whole county: the area of its rates. */
    if (rates != NULL && rates->event->envelope->area != NULL)
        envelope->area = rates->event->envelope->area;
    envelope->has_version = true;
    envelope->version = (s->version > version ? s->version : version) + 1;
}

/* What was said stays readable: the next sheet tells its changes from it. */
static enum mu_err remember(struct supply *s, const Muster__Event *said)
{
    struct mu_fault fault;
    const Muster__Event *event;
    uint8_t *packed;
    struct mu_bytes body;
    enum mu_err err;

    mu_arena_free(&s->last_arena);
    s->last_arena = mu_arena_make(2 * SHEET_BYTES_MAX);
    s->last = NULL;
    if ((packed = mu_arena_take(&s->last_arena, mu_event_size(said) + 1)) == NULL)
        return MU_E_NO_MEMORY;
    body = (struct mu_bytes){packed, mu_event_pack(said, packed)};
    if ((err = mu_event_unpack(body, &s->last_arena, &event, &fault)) != MU_OK)
        return err;
    s->last = event->supply_sheet;
    s->version = event->envelope->version;
    s->answered = mu_picture_needs_mark(s->picture);
    return MU_OK;
}

static enum mu_err say_sheet(struct supply *s, mu_responder *responder, Muster__SupplySheet *sheet)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    const Muster__Event *events[] = {&event};
    Muster__Envelope envelope;
    char name[MU_NAME_BYTES_MAX];
    struct mu_text text = mu_text(name, sizeof name);
    enum mu_err err;

    mu_needs_name(s->picture, &text);
    fill_envelope(s, responder, name, &envelope);
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_SUPPLY_SHEET;
    event.supply_sheet = sheet;
    err = mu_responder_say(responder, events, 1);
    return err == MU_OK ? remember(s, &event) : err;
}

/* Whether the last thing supply must answer has its answer, said or recorded. */
static bool is_answered(const struct supply *s)
{
    uint64_t mark = mu_picture_needs_mark(s->picture);

    return mark == 0 || s->answered >= mark || mu_picture_sheet_current(s->picture);
}

/* Far behind the record the next entries are as old as this one: nobody would read its sheet. */
static bool is_near(mu_responder *responder, const struct mu_entry *entry)
{
    struct mu_head head = {0};

    mu_agent_head(mu_responder_agent(responder), &head);
    return entry == NULL || head.size < entry->number + NEAR_ENTRIES;
}

static enum mu_err answer(void *user, mu_responder *responder, const struct mu_entry *entry)
{
    struct supply *s = user;
    mu_arena arena = mu_arena_make(SHEET_BYTES_MAX);
    Muster__SupplySheet *sheet;
    enum mu_err err;

    if (!is_near(responder, entry) || is_answered(s))
        return MU_OK;
    err = mu_needs_sheet(s->picture, s->last, &arena, &sheet);
    if (err == MU_OK && sheet != NULL)
        err = say_sheet(s, responder, sheet);
    mu_arena_free(&arena);
    return err;
}

/* ---- the program ---- */

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct supply *s = user;

    return mu_picture_fold(s->picture, entry);
}

static const uint32_t says[] = {MUSTER__EVENT__BODY_SUPPLY_SHEET, 0};

int main(int argc, char **argv)
{
    struct supply s = {0};
    const struct mu_responder_plan plan = {
        .program = "muster-supply",
        .about = "Works out what evacuated people need and what there is, sheet by sheet.",
        .about_zh = "核算转移群众所需物资与现有物资，逐次给出完整的核算单。",
        .filter = wanted,
        .says = says,
        .fold = fold,
        .answer = answer,
        .user = &s,
    };
    int status = 1;

    if (mu_picture_new(&s.picture) == MU_OK)
        status = mu_responder_run(&plan, argc, argv);
    mu_arena_free(&s.last_arena);
    mu_picture_free(&s.picture);
    return status;
}
