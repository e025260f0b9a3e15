/* Small private files of an agent directory, written so that a crash leaves the old or the new. */
#ifndef MU_SDK_FILE_H
#define MU_SDK_FILE_H

#include <limits.h>

#include "proto/base/bytes.h"
#include "proto/base/err.h"

/* "dir/name" into `out` of PATH_MAX bytes. Errors: MU_E_CONFIG when it does not fit. */
MU_MUST_USE enum mu_err mu_file_path(const char *dir, const char *name, char *out);

/* A directory only its owner enters; one that is there already is narrowed to that.
 * Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_file_make_dir(const char *path);

/* dir/name with these bytes, mode 0600, on disk when it returns. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_file_put(const char *dir, const char *name, struct mu_bytes bytes);

/* The whole of dir/name into `out` of `room` bytes, a NUL after it. Errors: MU_E_ABSENT;
 * MU_E_CONFIG when it does not fit; MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_file_get(const char *dir, const char *name, char *out, size_t room);

/* The same for a secret: MU_E_BAD_KEY when others than the owner may read it. */
MU_MUST_USE enum mu_err mu_file_get_secret(const char *dir, const char *name, char *out,
                                           size_t room);

bool mu_file_exists(const char *dir, const char *name);

/* Hold dir/name locked against every other handle, in this process too, until the descriptor is
 * closed. Errors: MU_E_IN_USE, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_file_lock(const char *dir, const char *name, int *fd);

#endif
