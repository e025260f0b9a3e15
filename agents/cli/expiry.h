/* How near the end of a certificate, or of an enrolment, is: what people are warned of and when. */
#ifndef MU_CLI_EXPIRY_H
#define MU_CLI_EXPIRY_H

#include <stdint.h>

#include "agents/cli/cli.h"

#define MU_EXPIRY_DAYS 30 /* the first mark */
#define MU_EXPIRY_FAR (-1)

/* The last mark that is passed: 30, 14 or 7 days before the end, 0 from the end on; MU_EXPIRY_FAR
 * before, and for no end at all (0). */
int mu_expiry_mark(int64_t until_ms, int64_t now_ms);
/* "12": whole days that are left, as people count; "0" from the end on. */
void mu_expiry_days(int64_t until_ms, int64_t now_ms, char *out, size_t size);

/* Until when the certificate in `dir` is good; 0: there is none. */
int64_t mu_expiry_held(const char *dir);

/* The line at the start of a command, when the certificate in `dir` ends soon: at each mark once, within
 * the last week and after it once a day. Reads files only; a directory without a certificate is silent. */
void mu_expiry_warn(const struct mu_cli *cli, const char *dir);

#endif
