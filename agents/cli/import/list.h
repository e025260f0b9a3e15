/* What is to be imported: rows, what became of each, and the events of those that are taken.
 *
 *   import.c         the command: files in, results out
 *   import_list.c    rows to events: what the record knows already is not told again
 *   import_send.c    events to the record, in order, each answered
 */
#ifndef MU_CLI_IMPORT_LIST_H
#define MU_CLI_IMPORT_LIST_H

#include "agents/cli/import/event.h"
#include "agents/cli/look.h"

struct mu_import_row {
    const char *file; /* lent by the command line */
    size_t line;
    char id[MU_NAME_BYTES_MAX];
    bool known; /* the record holds it already */
    uint32_t persons;
    char said[48]; /* a reading in words; "": a head count */
    int64_t counted_at_ms;
    struct mu_nanao_refusal refusal; /* code MU_OK: taken */
    char field[MU_PATH_BYTES_MAX];   /* of a refusal by the record */
};

struct mu_import_event {
    size_t row;
    bool first; /* reference data: accepted before anything speaks of it */
    uint8_t *bytes;
    size_t size;
    struct mu_hash leaf;
    bool settled;
};

/* What is known of one shelter while files are read. */
struct mu_import_place {
    char id[MU_NAME_BYTES_MAX];
    struct mu_import_facts facts;
    uint32_t shelter_version, status_version, figure_version; /* 0: none yet */
    int64_t counted_at_ms;                                    /* of the newest count */
    uint32_t persons;
    const struct mu_object *status; /* in the picture; NULL: none */
};

struct mu_import_list {
    struct mu_cli *cli;
    struct mu_look *look; /* NULL: dry run without a record */
    struct mu_say_defaults defaults;
    struct mu_import_row *rows;
    size_t row_count, row_room;
    struct mu_import_event *events;
    size_t event_count, event_room;
    struct mu_import_place *places;
    size_t place_count, place_room;
};

void mu_import_list_free(struct mu_import_list *list);
/* Read one table; every row of it ends up in the list. Errors: MU_E_NO_MEMORY; the table's own (then
 * `refusal` says why nothing of it was taken). */
MU_MUST_USE enum mu_err mu_import_table(struct mu_import_list *list, const char *file,
                                        struct mu_bytes text, struct mu_nanao_refusal *refusal);

/* The same for gauge series (import_usgs.h). */
MU_MUST_USE enum mu_err mu_import_gauges(struct mu_import_list *list, const char *file,
                                         struct mu_bytes text, struct mu_nanao_refusal *refusal);

/* Inside: a row, then the events of the newest row, checked. Errors: MU_E_NO_MEMORY; of the check. */
MU_MUST_USE enum mu_err mu_import_add_row(struct mu_import_list *list, const char *file,
                                          const char *id, size_t line);
MU_MUST_USE enum mu_err mu_import_add_event(struct mu_import_list *list, struct mu_saying *said,
                                            bool first, mu_arena *arena);

/* Say all events and wait for every answer; what the record refuses makes its row refused.
 * Returns an exit code; explained. */
int mu_import_send(struct mu_import_list *list);

#endif
