/* What an agency's machines hold, by their receipts: kept as the places its desks have looked through,
 * only ever further, so that finding the first that covers a number is a search.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/fold.h"
#include "proto/picture/told.h"
#include "proto/topic/filter.h"
#include "proto/wire/event.h"

/* ---- folding ---- */

struct mark {
    int64_t at_ms;
    uint64_t sheet; /* number of the entry */
    uint32_t epoch;
    uint64_t through;
};

struct marks {
    struct mark *at;
    size_t count, room;
};

/* What desks that follow one filter have looked through: a number says nothing of what was never
 * asked for. */
struct watch {
    const char *filter; /* "": everything */
    struct marks lane[MU_LANES];
    struct watch *next;
};

struct machine {
    struct watch *watches;
    int64_t stated_at_ms;
    bool heard;
};

static bool is_further(const struct mark *a, const struct mark *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->through > b->through;
}

static enum mu_err add_mark(struct marks *marks, struct mark mark)
{
    size_t room = marks->room == 0 ? 16 : marks->room * 2;
    struct mark *at = marks->at;

    if (marks->count > 0 && !is_further(&mark, &marks->at[marks->count - 1]))
        return MU_OK;
    if (marks->count == marks->room) {
        if ((at = realloc(at, room * sizeof *at)) == NULL)
            return MU_E_NO_MEMORY;
        marks->at = at;
        marks->room = room;
    }
    marks->at[marks->count++] = mark;
    return MU_OK;
}

void mu_machine_free(struct mu_picture *picture)
{
    for (size_t i = 0; i < picture->machines.count; i++) {
        const struct machine *machine = picture->machines.rows[i].value;

        for (struct watch *watch = machine->watches; watch != NULL; watch = watch->next)
            for (size_t lane = 0; lane < MU_LANES; lane++)
                free(watch->lane[lane].at);
    }
    mu_table_free(&picture->machines);
}

static enum mu_err machine_of(struct mu_picture *picture, const char *agency, struct machine **out)
{
    struct machine *machine = mu_table_find(&picture->machines, agency);
    const char *key;

    *out = machine;
    if (machine != NULL)
        return MU_OK;
    machine = mu_arena_take(&picture->arena, sizeof *machine);
    key = mu_fold_text(picture, agency);
    if (machine == NULL || key == NULL)
        return MU_E_NO_MEMORY;
    *out = machine;
    return mu_table_put(&picture->machines, key, machine);
}

static enum mu_err watch_of(struct mu_picture *picture, struct machine *machine, const char *filter,
                            struct watch **out)
{
    struct watch *watch = machine->watches;

    while (watch != NULL && strcmp(watch->filter, filter) != 0)
        watch = watch->next;
    *out = watch;
    if (watch != NULL)
        return MU_OK;
    watch = mu_arena_take(&picture->arena, sizeof *watch);
    if (watch == NULL || (watch->filter = mu_fold_text(picture, filter)) == NULL)
        return MU_E_NO_MEMORY;
    watch->next = machine->watches;
    machine->watches = watch;
    *out = watch;
    return MU_OK;
}

/* Whose desk that agent is; NULL when it is nobody's: a screen's receipt witnesses for no agency. */
static const char *desk_agency(const struct mu_picture *picture, const Muster__Receipt *receipt)
{
    char hex[2 * sizeof(struct mu_agent_id) + 1];
    const struct mu_said *head;

    if (receipt->agent.len != sizeof(struct mu_agent_id))
        return NULL;
    mu_hex(receipt->agent.data, receipt->agent.len, hex);
    head = mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_ENROLMENT, hex));
    return head == NULL || !head->event->enrolment->desk ? NULL : head->event->enrolment->agency;
}

static enum mu_err take_receipt(struct mu_picture *picture, const struct mu_entry *entry,
                                const Muster__Receipt *receipt, bool *moved)
{
    const char *agency = desk_agency(picture, receipt);
    int64_t at_ms = receipt->has_stated_at_ms && receipt->stated_at_ms < entry->accepted_at_ms
                        ? receipt->stated_at_ms
                        : entry->accepted_at_ms;
    struct machine *machine;
    struct watch *watch;
    enum mu_err err;

    if (agency == NULL)
        return MU_OK;
    if ((err = machine_of(picture, agency, &machine)) != MU_OK)
        return err;
    err = watch_of(picture, machine, receipt->filter == NULL ? "" : receipt->filter, &watch);
    if (err != MU_OK)
        return err;
    for (size_t i = 0; i < receipt->n_through && err == MU_OK; i++) {
        const Muster__LaneThrough *lane = receipt->through[i];
        struct mark mark = {at_ms, entry->number, receipt->epoch, lane->through};

        /* Nobody has looked further than the record had gone when the sheet was written. */
        if (lane->lane >= MU_LANES || lane->through >= entry->number)
            continue;
        err = add_mark(&watch->lane[lane->lane], mark);
        *moved = true;
    }
    machine->heard = true;
    if (at_ms > machine->stated_at_ms)
        machine->stated_at_ms = at_ms;
    return err;
}

enum mu_err mu_fold_receipts(struct mu_picture *picture, const struct mu_entry *entry,
                             const Muster__Event *event)
{
    const Muster__ReceiptSheet *sheet = event->receipt_sheet;
    bool moved = false;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < sheet->n_receipts && err == MU_OK; i++)
        err = take_receipt(picture, entry, sheet->receipts[i], &moved);
    if (err != MU_OK || !moved)
        return err;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_RECEIPTS});
}

/* ---- asking ---- */

/* The first mark that covers the statement, by time `at_ms`. In one epoch marks only rise, so the
 * search meets it; where an epoch broke, the few marks after the break are walked. */
static const struct mark *first_covering(const struct marks *marks, const struct mu_said *said)
{
    const struct mark wanted = {.epoch = said->epoch, .through = said->number};
    size_t low = 0, high = marks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (is_further(&wanted, &marks->at[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    while (low < marks->count && marks->at[low].through < said->number)
        low++;
    return low < marks->count ? &marks->at[low] : NULL;
}

static struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

/* Whether a follower with that filter was handed the statement at all. */
static bool is_wanted(const char *text, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;
    struct mu_filter filter;
    struct mu_filter_facts facts = {
        .kind = bytes_of(mu_kind_name(said->object->kind)),
        .area = bytes_of(envelope->area),
        .agency = bytes_of(envelope->agency),
        .incident = bytes_of(envelope->incident),
        .severity = envelope->has_severity ? (uint32_t)envelope->severity : 0,
    };
    size_t at;

    return text[0] == '\0' || (mu_filter_read(bytes_of(text), &filter, &at) == MU_OK &&
                               mu_filter_wants(&filter, &facts));
}

/* Of several desks the first that held it. */
static const struct mark *first_mark(const struct machine *machine, const struct mu_said *said)
{
    const struct mark *first = NULL;

    if (machine == NULL || said->lane >= MU_LANES)
        return NULL;
    for (const struct watch *watch = machine->watches; watch != NULL; watch = watch->next) {
        const struct mark *mark = first_covering(&watch->lane[said->lane], said);

        if (mark != NULL && (first == NULL || mark->at_ms < first->at_ms) &&
            is_wanted(watch->filter, said))
            first = mark;
    }
    return first;
}

bool mu_machine_held(const mu_picture *picture, const struct mu_said *said, const char *agency,
                     int64_t *at_ms, uint64_t *sheet)
{
    const struct mark *mark = first_mark(mu_table_find(&picture->machines, agency), said);

    if (mark == NULL)
        return false;
    /* A follower's clock may stand a little behind the entry it holds. */
    *at_ms = mark->at_ms > said->accepted_at_ms ? mark->at_ms : said->accepted_at_ms;
    *sheet = mark->sheet;
    return true;
}

/* How far one desk has looked in all lanes. */
static uint64_t looked_through(const struct watch *watch, uint32_t *epoch)
{
    uint64_t through = UINT64_MAX;

    for (size_t lane = 0; lane < MU_LANES; lane++) {
        const struct marks *marks = &watch->lane[lane];

        if (marks->count == 0)
            return 0;
        if (marks->at[marks->count - 1].through < through)
            through = marks->at[marks->count - 1].through;
        if (marks->at[marks->count - 1].epoch > *epoch)
            *epoch = marks->at[marks->count - 1].epoch;
    }
    return through;
}

void mu_told_machine(const mu_picture *picture, const char *agency, struct mu_told_machine *out)
{
    const struct machine *machine = mu_table_find(&picture->machines, agency);

    *out = (struct mu_told_machine){0};
    if (machine == NULL)
        return;
    out->heard = machine->heard;
    out->stated_at_ms = machine->stated_at_ms;
    for (const struct watch *watch = machine->watches; watch != NULL; watch = watch->next) {
        uint32_t epoch = 0;
        uint64_t through = looked_through(watch, &epoch);

        if (through > out->through)
            out->through = through;
        if (epoch > out->epoch)
            out->epoch = epoch;
    }
}
