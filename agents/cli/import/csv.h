/* Tables as RFC 4180 writes them: commas, quoted fields, CRLF or LF, a byte-order mark or none.
 *
 * Pure, and repairs nothing: a row that is not well-formed is handed back as an error with its line, and
 * reading goes on with the next line.
 */
#ifndef MU_CLI_IMPORT_CSV_H
#define MU_CLI_IMPORT_CSV_H

#include "proto/base/bytes.h"
#include "proto/base/err.h"

#define MU_CSV_FIELDS_MAX 64u
#define MU_CSV_ROW_BYTES_MAX 16384u

struct mu_csv {
    struct mu_bytes text;
    size_t at;
    size_t line; /* of `at`, from 1 */
};

struct mu_csv_row {
    size_t line; /* where it begins */
    size_t count;
    const char *field[MU_CSV_FIELDS_MAX]; /* unquoted, NUL-terminated; lent until the next row */
    char bytes[MU_CSV_ROW_BYTES_MAX];
};

/* `text` is lent for as long as the reader is used. */
struct mu_csv mu_csv(struct mu_bytes text);

/* The next row; empty lines are passed over.
 * Errors, row->line set: MU_E_ABSENT     no more rows
 *                        MU_E_MALFORMED  a quote that is not closed, or text beside one
 *                        MU_E_BAD_TEXT   not UTF-8, or a NUL
 *                        MU_E_TOO_LARGE  more than MU_CSV_ROW_BYTES_MAX
 *                        MU_E_TOO_MANY   more than MU_CSV_FIELDS_MAX */
MU_MUST_USE enum mu_err mu_csv_next(struct mu_csv *csv, struct mu_csv_row *row);

#endif
