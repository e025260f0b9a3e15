#include "agents/cli/show/newest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"

#define KEY_BYTES 512u

struct row {
    uint64_t number;
    char key[];
};

static bool key_of(const struct mu_entry *entry, char *key)
{
    const Muster__Envelope *e = entry->event == NULL ? NULL : entry->event->envelope;

    if (e == NULL)
        return false;
    snprintf(key, KEY_BYTES, "%u|%s", (unsigned)mu_kind_of(entry->event),
             e->object != NULL ? e->object
             : e->area != NULL ? e->area
                               : "");
    return true;
}

enum mu_err mu_newest_note(struct mu_newest *newest, const struct mu_entry *entry)
{
    char key[KEY_BYTES];

    if (!key_of(entry, key))
        return MU_OK;
    struct row *row = mu_table_find(&newest->table, key);
    if (row != NULL) {
        row->number = entry->number;
        return MU_OK;
    }
    if ((row = malloc(sizeof *row + strlen(key) + 1)) == NULL)
        return MU_E_NO_MEMORY;
    row->number = entry->number;
    memcpy(row->key, key, strlen(key) + 1);
    enum mu_err err = mu_table_put(&newest->table, row->key, row);
    if (err != MU_OK)
        free(row);
    return err;
}

bool mu_newest_is(const struct mu_newest *newest, const struct mu_entry *entry)
{
    char key[KEY_BYTES];
    const struct row *row = key_of(entry, key) ? mu_table_find(&newest->table, key) : NULL;

    /* what came after the noting is news by itself */
    return row == NULL || row->number <= entry->number;
}

void mu_newest_free(struct mu_newest *newest)
{
    for (size_t i = 0; i < newest->table.count; i++)
        free(newest->table.rows[i].value);
    mu_table_free(&newest->table);
}
