#include "replay/show.h"

#include <stdlib.h>

#include "proto/base/clock.h"
#include "proto/picture/picture.h"
#include "proto/sign/digest.h"

#define DUMP_BYTES_MAX ((size_t)16 << 20)

struct showing {
    mu_picture *picture;
    mu_audit *audit; /* the roster: county, local time */
    const char *at;
    int64_t until_ms;
    bool timed; /* until_ms is known: entry 1 says what local time is */
    bool past;
};

/* ---- the time asked for -------------------------------------------------------------------- */

static bool read_number(const char **at, int digits, int *out)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    *out = value;
    return true;
}

static bool skip(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static enum mu_err read_civil(const char *at, int offset_min, int64_t *out)
{
    struct mu_civil civil = {.second = 59, .ms = 999};
    bool fine =
        read_number(&at, 4, &civil.year) && skip(&at, '-') && read_number(&at, 2, &civil.month) &&
        skip(&at, '-') && read_number(&at, 2, &civil.day) && skip(&at, 'T') &&
        read_number(&at, 2, &civil.hour) && skip(&at, ':') && read_number(&at, 2, &civil.minute);

    if (fine && *at == ':')
        fine = skip(&at, ':') && read_number(&at, 2, &civil.second);
    if (!fine || *at != '\0' || civil.month < 1 || civil.month > 12 || civil.day < 1 ||
        civil.day > 31 || civil.hour > 24 || civil.minute > 59 || civil.second > 60)
        return MU_E_BAD_VALUE;
    *out = mu_civil_ms(&civil, offset_min);
    return MU_OK;
}

/* 2031-07-16T14:24 means to the end of that minute; digits alone are milliseconds. */
static enum mu_err read_time(const char *text, int offset_min, int64_t *out)
{
    char *end;

    if (text == NULL) {
        *out = INT64_MAX;
        return MU_OK;
    }
    *out = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return MU_OK;
    return read_civil(text, offset_min, out);
}

/* ---- the fold ------------------------------------------------------------------------------ */

static enum mu_err fold_entry(struct showing *show, const struct mu_audit_batch *batch, uint32_t i,
                              const struct mu_hash *leaf)
{
    const struct mu_audit_item *item = &batch->items[i];
    struct mu_entry entry = {
        .epoch = batch->epoch,
        .number = batch->first_number + i,
        .accepted_at_ms = batch->accepted_at_ms,
        .code = item->code,
        .judge_version = batch->judge_version,
        .agent = batch->seal.agent,
        .instance = batch->seal.instance,
        .lane = batch->seal.lane,
        .sequence = batch->seal.first_sequence + i,
        .leaf = *leaf,
        .body = item->body,
        .path = "",
    };
    mu_arena arena = mu_event_arena(entry.body.size);
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (item->code == 0 && mu_event_unpack(item->body, &arena, &entry.event, &fault) != MU_OK)
        entry.event = NULL;
    err = mu_picture_fold(show->picture, &entry);
    mu_arena_free(&arena);
    return err;
}

static struct mu_hash leaf_of(const struct mu_audit_batch *batch, uint32_t i,
                              const struct mu_hash *previous)
{
    const struct mu_audit_item *item = &batch->items[i];
    struct mu_author author = {.origin = batch->seal.origin,
                               .agent = batch->seal.agent,
                               .instance = batch->seal.instance,
                               .lane = batch->seal.lane,
                               .sequence = batch->seal.first_sequence + i,
                               .previous = *previous,
                               .committed = item->committed};

    if (item->code != 0)
        return item->leaf;
    mu_sha256(item->body.data, item->body.size, &author.body);
    return mu_author_leaf(&author);
}

static enum mu_err fold_batch(struct showing *show, const struct mu_audit_batch *batch)
{
    struct mu_hash leaf = batch->seal.previous;
    enum mu_err err = mu_audit_batch(show->audit, batch);
    const struct mu_genesis *genesis = mu_roster_genesis(mu_audit_roster(show->audit));

    if (err == MU_OK && !show->timed) {
        err = read_time(show->at, genesis == NULL ? 0 : genesis->offset_min, &show->until_ms);
        show->timed = err == MU_OK;
    }
    show->past = err == MU_OK && batch->accepted_at_ms > show->until_ms;
    for (uint32_t i = 0; err == MU_OK && !show->past && i < batch->seal.count; i++) {
        leaf = leaf_of(batch, i, &leaf);
        err = fold_entry(show, batch, i, &leaf);
    }
    return err;
}

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    struct showing *show = user;

    return piece->kind != MU_PIECE_BATCH || show->past ? MU_OK : fold_batch(show, &piece->batch);
}

static enum mu_err print_picture(const struct showing *show, FILE *out)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);

    if (buffer == NULL)
        return MU_E_NO_MEMORY;
    mu_picture_dump(show->picture, &text);
    fputs(buffer, out);
    free(buffer);
    return text.cut ? MU_E_LIMIT : MU_OK;
}

enum mu_err mu_show(const char *path, const char *at, const struct mu_verify_options *options,
                    FILE *out)
{
    struct showing show = {.at = at};
    enum mu_err err = mu_audit_new(&show.audit);

    (void)options;
    if (err == MU_OK)
        err = mu_picture_new(&show.picture);
    if (err == MU_OK)
        err = mu_source_walk(path, take_piece, &show);
    if (err == MU_OK)
        err = print_picture(&show, out);
    mu_picture_free(&show.picture);
    mu_audit_free(&show.audit);
    return err;
}
