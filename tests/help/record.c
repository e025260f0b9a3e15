#include "tests/help/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void make_folder(struct help_record *record)
{
    const char *above = getenv("TMPDIR");

    snprintf(record->dir, sizeof record->dir, "%s/muster-test-XXXXXX",
             above != NULL ? above : "/tmp");
    MU_CHECK(mkdtemp(record->dir) != NULL);
}

void help_record_make(struct help_record *record, const struct mu_log_options *options)
{
    struct help_author founder;
    struct help_batch *genesis;

    memset(record, 0, sizeof *record);
    make_folder(record);
    help_author_open(&founder, 1, NULL, MU_LANE_LIFE);
    genesis = help_seal(&founder, 1);
    record->id = genesis->items[0].leaf;
    record->now_ms = HELP_START_MS;
    MU_CHECK(mu_log_create(record->dir, &genesis->batch, record->now_ms, HELP_JUDGE) == MU_OK);
    MU_CHECK(mu_log_open(record->dir, options, &record->log) == MU_OK);
    help_author_open(&record->author, 7, &record->id, MU_LANE_ROUTINE);
    help_batch_free(&genesis);
    help_author_close(&founder);
}

enum mu_err help_record_reopen(struct help_record *record, const struct mu_log_options *options)
{
    mu_log_close(&record->log);
    return mu_log_open(record->dir, options, &record->log);
}

static void remove_file(const char *dir, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s%s", dir, name);
    (void)remove(path);
}

void help_record_remove(struct help_record *record)
{
    mu_log_close(&record->log);
    help_author_close(&record->author);
    remove_file(record->dir, "/log/data.mdb");
    remove_file(record->dir, "/log/lock.mdb");
    remove_file(record->dir, "/log");
    remove_file(record->dir, "");
}

static enum mu_err append(struct help_record *record, const struct mu_batch *batch)
{
    uint64_t first = 0;
    enum mu_err err = mu_log_turn_begin(record->log);

    if (err != MU_OK)
        return err;
    err = mu_log_turn_batch(record->log, batch, record->now_ms, HELP_JUDGE, NULL, &first);
    if (err != MU_OK) {
        mu_log_turn_drop(record->log);
        return err;
    }
    return mu_log_turn_commit(record->log);
}

enum mu_err help_record_turn(struct help_record *record, size_t count)
{
    struct mu_seal before = record->author.seal;
    struct help_batch *batch = help_seal(&record->author, count);
    enum mu_err err;

    record->now_ms += 10;
    err = append(record, &batch->batch);
    if (err != MU_OK)
        record->author.seal = before;
    help_batch_free(&batch);
    return err;
}

/* ---- reading it all back --------------------------------------------------------------------- */

static bool looks_right(const struct mu_stored *stored, uint8_t seed, uint64_t *sequence)
{
    for (uint32_t i = 0; i < stored->seal.count; i++) {
        const struct mu_stored_item *item = &stored->items[i];
        uint8_t *wanted = malloc(item->body.size + 1);
        bool same;

        MU_CHECK(wanted != NULL);
        help_body(seed, ++*sequence, wanted, item->body.size);
        same = item->code == 0 && memcmp(wanted, item->body.data, item->body.size) == 0;
        free(wanted);
        if (!same)
            return false;
    }
    return true;
}

static enum mu_err read_slice(struct help_record *record, uint64_t *number, uint64_t *sequence)
{
    struct mu_stored stored;
    mu_view *view = NULL;
    uint64_t start = 0;
    enum mu_err err = mu_view_open(record->log, &view);

    if (err != MU_OK)
        return err;
    mu_view_set_mode(view, MU_VIEW_AGAIN);
    err = mu_view_batch(view, *number, &stored);
    if (err == MU_OK && *number > 1 && stored.seal.first_sequence != *sequence + 1)
        err = MU_E_GAP;
    if (err == MU_OK && !looks_right(&stored, *number == 1 ? 1 : record->author.seed,
                                     *number == 1 ? &start : sequence))
        err = MU_E_CORRUPT;
    if (err == MU_OK)
        *number += stored.seal.count;
    mu_view_close(&view);
    return err;
}

uint64_t help_record_count(struct help_record *record)
{
    uint64_t number = 1, sequence = 0;
    struct mu_head head;
    enum mu_err err = MU_OK;

    mu_log_head(record->log, &head);
    while (err == MU_OK && number <= head.size)
        err = read_slice(record, &number, &sequence);
    if (err == MU_OK)
        return head.size;
    fprintf(stderr, "# entry %llu of %llu: %s\n", (unsigned long long)number,
            (unsigned long long)head.size, mu_err_code(err));
    return 0;
}
