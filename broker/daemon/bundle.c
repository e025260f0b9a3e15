/* Encoding stretches of the log, and keeping the last few.
 *
 * Entries never change, so a bundle that ended because it was full is good for ever; one that ended at
 * the head is made anew once there is more. A thousand agents that come back together stand at a few
 * places and want a few things: they share these.
 */
#include "broker/daemon/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"
#include "proto/wire/frame.h"

/* One short read transaction each: entries looked at in it. */
#define ENTRIES_MAX 4096u
/* What surrounds the slices of a DELIVER. */
#define AROUND_BYTES 1024u

struct kept {
    uint32_t epoch;
    uint64_t from, through;
    bool at_head; /* it ended because there was no more */
    uint8_t lanes;
    bool everything;
    char filter[MU_FILTER_TEXT_MAX];
    size_t bytes_max;
    uint16_t slices;
    uint8_t *bytes; /* MU_FRAME_BYTES_MAX of them, made at first use */
    size_t used;
    uint64_t asked; /* when it was last asked for, in requests */
};

struct mu_bundles {
    struct kept kept[MU_BUNDLES_KEPT];
    struct kept own; /* for one who may not read all */
    uint64_t requests;
    bool wanted[MU_BATCH_EVENTS_MAX];
    uint8_t items[MU_FRAME_BYTES_MAX];
};

/* Everything one run of encoding needs. */
struct run {
    mu_bundles *bundles;
    const struct mu_wish *wish;
    const mu_roster *roster;
    int64_t now_ms;
    struct kept *into;
};

enum mu_err mu_bundles_open(mu_bundles **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? MU_OK : MU_E_NO_MEMORY;
}

void mu_bundles_close(mu_bundles **bundles)
{
    mu_bundles *b = *bundles;

    *bundles = NULL;
    if (b == NULL)
        return;
    for (size_t i = 0; i < MU_BUNDLES_KEPT; i++)
        free(b->kept[i].bytes);
    free(b->own.bytes);
    free(b);
}

/* ---- what is wanted of a batch --------------------------------------------------------------- */
static struct mu_bytes name_of(uint32_t kind)
{
    const char *name = mu_kind_name(kind);

    return (struct mu_bytes){(const uint8_t *)name, name != NULL ? strlen(name) : 0};
}

/* Refusals tell only those who want everything: their bodies, and with them their topics, are gone. */
static bool wants_item(const struct run *run, const struct mu_stored_item *item)
{
    const struct mu_wish *wish = run->wish;
    struct mu_filter_facts facts;
    struct mu_topic topic;
    struct mu_fault fault;

    if (item->code != 0 || mu_event_scan(item->body, &topic, &fault) != MU_OK)
        return mu_filter_is_everything(wish->filter);
    facts = (struct mu_filter_facts){
        .kind = name_of(topic.kind),
        .area = topic.area,
        .agency = topic.agency,
        .incident = topic.incident,
        .severity = topic.severity,
    };
    return mu_filter_wants(wish->filter, &facts) &&
           (wish->only == NULL ||
            mu_authority_may_read(run->roster, wish->only, topic.kind, topic.area, run->now_ms));
}

/* How many of its items are wanted; which, in bundles->wanted. */
static uint32_t look_at(const struct run *run, const struct mu_stored *stored)
{
    bool *wanted = run->bundles->wanted;
    uint32_t count = 0;

    if ((run->wish->lanes & 1u << stored->seal.lane) == 0)
        return 0;
    for (uint32_t i = 0; i < stored->seal.count; i++) {
        wanted[i] = run->wish->everything || wants_item(run, &stored->items[i]);
        count += wanted[i];
    }
    return count;
}

/* ---- encoding -------------------------------------------------------------------------------- */
static void write_item(struct mu_writer *w, const struct mu_stored_item *item, bool wanted)
{
    struct mu_slice_item out = {
        .what = wanted ? MU_SLICE_FULL : MU_SLICE_LEFT_OUT,
        .has_private = item->has_private,
        .committed = item->committed,
        .leaf = item->leaf,
        .code = item->code,
        .body = item->body,
        .path = item->path,
    };

    if (wanted && item->code != 0)
        out.what = MU_SLICE_REFUSED;
    mu_slice_item_write(w, &out);
}

/* Appends the batch; false when it does not fit beside what is there. */
static bool add_slice(const struct run *run, const struct mu_stored *stored)
{
    struct kept *into = run->into;
    struct mu_writer items = mu_writer(run->bundles->items, sizeof run->bundles->items);
    struct mu_writer w = mu_writer(into->bytes + into->used, MU_FRAME_BYTES_MAX - into->used);
    struct mu_slice slice = {
        .first_number = stored->first_number,
        .accepted_at_ms = stored->accepted_at_ms,
        .judge_version = stored->judge_version,
        .seal = stored->seal_bytes,
        .count = stored->seal.count,
    };

    for (uint32_t i = 0; i < stored->seal.count; i++)
        write_item(&items, &stored->items[i], run->bundles->wanted[i]);
    slice.items = mu_written(&items);
    mu_slice_write(&w, &slice);
    if (into->slices > 0 &&
        (!mu_writer_ok(&w) || into->used + w.used + AROUND_BYTES > run->wish->bytes_max))
        return false;
    MU_CHECK(mu_writer_ok(&items) && mu_writer_ok(&w) &&
             w.used + AROUND_BYTES <= MU_FRAME_BYTES_MAX); /* one batch alone always fits */
    into->used += w.used;
    into->slices++;
    return true;
}

static enum mu_err encode(const struct run *run, mu_view *view)
{
    struct kept *into = run->into;
    uint64_t number = into->from, last = into->from + ENTRIES_MAX;
    uint64_t head = run->wish->head;
    struct mu_stored stored;
    enum mu_err err = MU_OK;

    while (number <= head && number < last) {
        if ((err = mu_view_batch(view, number, &stored)) != MU_OK)
            break;
        if (into->epoch == 0)
            into->epoch = stored.epoch;
        if (stored.epoch != into->epoch || /* a DELIVER is of one epoch */
            (look_at(run, &stored) > 0 && !add_slice(run, &stored)))
            break;
        number = stored.first_number + stored.seal.count;
        into->through = number - 1;
    }
    into->at_head = number > head;
    /* What lies before the damage can be had; the next request will begin at it. */
    return err == MU_E_CORRUPT && into->through >= into->from ? MU_OK : err;
}

static enum mu_err fill(const struct run *run, mu_log *log)
{
    struct kept *into = run->into;
    mu_view *view = NULL;
    enum mu_err err;

    into->from = run->wish->from;
    into->through = into->from - 1;
    into->epoch = 0;
    into->slices = 0;
    into->used = 0;
    if (into->bytes == NULL && (into->bytes = malloc(MU_FRAME_BYTES_MAX)) == NULL)
        return MU_E_NO_MEMORY;
    if ((err = mu_view_open(log, &view)) != MU_OK)
        return err;
    mu_view_set_mode(view, run->wish->everything ? MU_VIEW_BODIES : MU_VIEW_ONCE);
    err = encode(run, view);
    mu_view_close(&view);
    return err;
}

/* ---- keeping --------------------------------------------------------------------------------- */
static bool answers(const struct kept *kept, const struct mu_wish *wish)
{
    return kept->from == wish->from && kept->lanes == wish->lanes &&
           kept->everything == wish->everything && kept->bytes_max == wish->bytes_max &&
           (wish->everything || strcmp(kept->filter, wish->filter->text) == 0);
}

static struct kept *find(mu_bundles *b, const struct mu_wish *wish)
{
    for (size_t i = 0; i < MU_BUNDLES_KEPT; i++) {
        struct kept *kept = &b->kept[i];

        if (kept->asked != 0 && answers(kept, wish) &&
            (!kept->at_head || kept->through >= wish->head))
            return kept;
    }
    return NULL;
}

/* The one nobody has asked for the longest; an outgrown one of the same wish goes first. */
static struct kept *make_place(mu_bundles *b, const struct mu_wish *wish)
{
    struct kept *place = &b->kept[0];

    for (size_t i = 0; i < MU_BUNDLES_KEPT; i++) {
        if (b->kept[i].asked != 0 && answers(&b->kept[i], wish))
            return &b->kept[i];
        if (b->kept[i].asked < place->asked)
            place = &b->kept[i];
    }
    return place;
}

static void label(struct kept *kept, const struct mu_wish *wish)
{
    kept->lanes = wish->lanes;
    kept->everything = wish->everything;
    kept->bytes_max = wish->bytes_max;
    kept->filter[0] = '\0';
    if (!wish->everything)
        memcpy(kept->filter, wish->filter->text, sizeof kept->filter);
}

enum mu_err mu_bundles_get(mu_bundles *b, mu_log *log, const mu_roster *roster, int64_t now_ms,
                           const struct mu_wish *wish, struct mu_bundle *out)
{
    struct run run = {.bundles = b, .wish = wish, .roster = roster, .now_ms = now_ms};
    struct kept *kept = NULL;
    enum mu_err err = MU_OK;

    if (wish->only == NULL)
        kept = find(b, wish);
    if (kept == NULL) {
        kept = wish->only != NULL ? &b->own : make_place(b, wish);
        label(kept, wish);
        run.into = kept;
        err = fill(&run, log);
    }
    kept->asked = err == MU_OK ? ++b->requests : 0;
    *out = (struct mu_bundle){
        kept->epoch, kept->from, kept->through, kept->slices, {kept->bytes, kept->used}};
    return err;
}
