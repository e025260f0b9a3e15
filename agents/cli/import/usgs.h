/* Gauge series of the US Geological Survey as its water services publish them: tab-separated (RDB) and
 * JSON, instantaneous values.
 *
 *   import_usgs.c        one published value after the other: taken, or refused and why
 *   import_usgs_rdb.c    the tab-separated form
 *   import_usgs_json.c   the JSON form (import_json.h)
 *   import_usgs_value.c  numbers, units, times and qualification codes
 *
 * Pure, and repairs nothing. Units are converted exactly and rounded once, to the nearest whole, halves
 * away from zero: 1 ft is 304.8 mm, 1 ft³/s is 28.316846592 thousandths of a m³/s. A gage height counts
 * from the gauge's own zero and nowhere else; a water surface elevation names its datum. A daily mean is
 * no reading. A sensor that sent a code instead of a number says that it is lost or suspect, never 0.
 */
#ifndef MU_CLI_IMPORT_USGS_H
#define MU_CLI_IMPORT_USGS_H

#include "agents/cli/import/nanao.h"
#include "proto/base/arena.h"
#include "proto/wire/event.h"

#define MU_USGS_PLACES_MAX 6u

enum mu_usgs_what { MU_USGS_STAGE, MU_USGS_FLOW };

/* One published value. Text is lent until the reader is closed. */
struct mu_usgs_value {
    size_t line; /* of the file; in JSON, where values share lines, the number of the value */
    char id[MU_NAME_BYTES_MAX]; /* "USGS-01491000" */
    const char *site_name;      /* NULL: not given */
    enum mu_usgs_what what;
    bool has_value;
    int64_t value; /* mm or thousandths of a m³/s */
    Muster__VerticalDatum datum;
    Muster__SensorState sensor;
    bool approved; /* processing and review completed; else provisional */
    int64_t at_ms;
};

typedef struct mu_usgs mu_usgs;

/* Find the values. `text` is lent until closed. Gives a reader.
 * Errors: MU_E_NO_MEMORY; any other: the file is not taken, `refusal` says why. */
MU_MUST_USE enum mu_err mu_usgs_open(struct mu_bytes text, mu_usgs **out,
                                     struct mu_nanao_refusal *refusal);
void mu_usgs_close(mu_usgs **reader);

/* The next value. MU_OK: taken; MU_E_ABSENT: no more; any other: refused. value->line and id are set
 * in any case. */
MU_MUST_USE enum mu_err mu_usgs_next(mu_usgs *reader, struct mu_usgs_value *value,
                                     struct mu_nanao_refusal *refusal);

/* ---- the published forms of single values ------------------------------------------------------ */

/* "6.48": at most 9 digits before and MU_USGS_PLACES_MAX behind the point, a sign or none. Out: the
 * digits as one whole number, and how many of them stand behind the point. */
bool mu_usgs_number(const char *text, int64_t *digits, unsigned *places);
/* Feet as mm, ft³/s as thousandths of a m³/s: exact, then rounded once. */
int64_t mu_usgs_feet(int64_t digits, unsigned places);
int64_t mu_usgs_cubic_feet(int64_t digits, unsigned places);
/* "2019-02-14 00:15" with "EST", or "2019-02-14T00:15:00.000-05:00" with NULL. A zone it does not know
 * is no time. */
bool mu_usgs_time(const char *text, const char *zone, int64_t *ms);
/* "P:Ice", "A", "P,e": false for a code it does not know, copied to `unknown`. */
struct mu_usgs_codes {
    bool approved, estimated, bound;
    Muster__SensorState sensor; /* OK when no code says otherwise */
};
bool mu_usgs_codes(const char *text, struct mu_usgs_codes *out, char *unknown, size_t size);

/* ---- inside: what both forms are read into ----------------------------------------------------- */

struct mu_usgs_raw {
    size_t line;
    const char *agency, *site, *name, *parameter, *statistic, *value, *codes, *time, *zone;
    size_t fields, headings; /* of a row that does not fit its headings; both 0: it does */
};

struct mu_usgs {
    mu_arena arena;
    struct mu_usgs_raw *raw;
    size_t count, room, at;
};

/* Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_usgs_add(struct mu_usgs *reader, const struct mu_usgs_raw *raw);
MU_MUST_USE enum mu_err mu_usgs_rdb(struct mu_usgs *reader, struct mu_bytes text,
                                    struct mu_nanao_refusal *refusal);
MU_MUST_USE enum mu_err mu_usgs_json(struct mu_usgs *reader, struct mu_bytes text,
                                     struct mu_nanao_refusal *refusal);
/* Fills the refusal; returns its code. */
enum mu_err mu_usgs_refuse(struct mu_nanao_refusal *refusal, enum mu_err code, enum mu_word why,
                           enum mu_word remedy, const char *a, const char *b);

#endif
