/* One honest frame of each type, whose every field has a value of its own. */
#ifndef MU_HELP_FRAMES_H
#define MU_HELP_FRAMES_H

#include "proto/wire/frame.h"

#define HELP_FRAME_MAX 4096u

/* Writes the sample of `type` to `out` of HELP_FRAME_MAX bytes; its size. */
size_t help_frame(uint8_t type, uint8_t *out);

/* Reads a payload of `type` into something nobody keeps. */
enum mu_err help_frame_read(uint8_t type, struct mu_bytes payload);

struct mu_bytes help_bytes(const char *text);

#endif
