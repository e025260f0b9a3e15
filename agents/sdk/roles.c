/* The roster as this agent folds it, from entries it verified itself.
 *
 * Whose seal is whose is known from the record alone: entry 1 is pinned by the log's name and names
 * the admins; an enrolment is sealed by one of them; and so on. A program that follows everything
 * from the start passes all of it anyway; any other follow is preceded by a small one of its own that
 * wants only what changes the roster.
 */
#include "agents/sdk/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"

#define KIND_NUMBERS 512u /* field numbers of Event's bodies lie below */

void mu_roles_filter(char filter[MU_FILTER_TEXT_MAX])
{
    struct mu_text text = mu_text(filter, MU_FILTER_TEXT_MAX);
    const char *before = "type=";

    for (uint32_t kind = 1; kind < KIND_NUMBERS; kind++) {
        if (mu_kind_name(kind) == NULL || !mu_kind_is_roster(kind))
            continue;
        mu_text_addf(&text, "%s%s", before, mu_kind_name(kind));
        before = ",";
    }
    MU_CHECK(!text.cut && text.used > 0);
}

static enum mu_err fold_item(struct mu_agent *agent, struct mu_entry *entry)
{
    mu_arena *arena = &agent->reading.fold_arena;
    struct mu_topic topic;
    struct mu_fault fault;
    enum mu_err err;

    if (mu_event_scan(entry->body, &topic, &fault) != MU_OK || !mu_kind_is_roster(topic.kind))
        return MU_OK;
    mu_arena_reset(arena);
    arena->limit = mu_event_arena(entry->body.size).limit;
    if (mu_event_unpack(entry->body, arena, &entry->event, &fault) != MU_OK)
        return MU_E_PROOF; /* accepted, and yet not readable: not a record we can stand on */
    err = mu_roster_fold(agent->reading.roster, entry);
    return err == MU_OK || err == MU_E_NO_MEMORY ? err : MU_E_PROOF;
}

/* A roster that could not fold an entry is half changed: begin with an empty one. */
enum mu_err mu_roles_begin_anew(struct mu_reading *reading)
{
    mu_roster *fresh = NULL;

    if (mu_roster_new(&fresh) != MU_OK)
        return MU_E_NO_MEMORY;
    mu_roster_free(&reading->roster);
    reading->roster = fresh;
    reading->roles.next = 1;
    return MU_OK;
}

static enum mu_err fold_slice(struct mu_agent *agent, const struct mu_deliver *deliver,
                              const struct mu_hashed *hashed)
{
    struct mu_bytes left = hashed->slice.items;
    enum mu_err err = MU_OK;

    for (uint32_t i = 0; i < hashed->slice.count && err == MU_OK; i++) {
        struct mu_slice_item item;
        struct mu_entry entry;
        char path[MU_PATH_BYTES_MAX];

        if (mu_slice_item_next(&left, &item) != MU_OK)
            return MU_E_PROOF;
        if (item.what != MU_SLICE_FULL ||
            hashed->slice.first_number + i < agent->reading.roles.next)
            continue;
        mu_reading_entry(deliver, hashed, i, &item, path, &entry);
        err = fold_item(agent, &entry);
    }
    if (err == MU_OK && hashed->slice.first_number == 1)
        err = mu_slice_check_seal(agent->reading.roster, hashed);
    return err;
}

enum mu_err mu_roles_fold(struct mu_agent *agent, const struct mu_deliver *deliver,
                          const struct mu_hashed *hashed)
{
    enum mu_err err = fold_slice(agent, deliver, hashed);

    if (err != MU_OK && mu_roles_begin_anew(&agent->reading) != MU_OK)
        return MU_E_NO_MEMORY;
    return err;
}

static enum mu_err take_slice(struct mu_agent *agent, const struct mu_deliver *deliver,
                              const struct mu_slice *slice)
{
    struct mu_reading *reading = &agent->reading;
    struct mu_hashed hashed;
    enum mu_err err = mu_slice_hash(slice, &agent->home.log, reading->leaves, &hashed);

    if (err == MU_OK && mu_slice_check_seal(reading->roster, &hashed) != MU_OK)
        err = MU_E_PROOF; /* whoever changes the roster stands in it before */
    if (err == MU_OK)
        err = mu_roles_fold(agent, deliver, &hashed);
    if (err == MU_OK)
        reading->roles.next = mu_hashed_end(&hashed);
    return err;
}

enum mu_err mu_roles_take(struct mu_agent *agent, const struct mu_deliver *deliver)
{
    struct mu_follower *roles = &agent->reading.roles;
    struct mu_bytes left = deliver->slice_bytes;
    enum mu_err err = mu_reading_make_room(&agent->reading, deliver);

    for (uint16_t i = 0; i < deliver->slices && err == MU_OK; i++) {
        struct mu_slice slice;

        if (mu_slice_next(&left, &slice) != MU_OK)
            return MU_E_PROOF;
        if (slice.first_number + slice.count > roles->next)
            err = take_slice(agent, deliver, &slice);
    }
    if (err == MU_OK && deliver->through >= roles->next)
        roles->next = deliver->through + 1;
    return err;
}
