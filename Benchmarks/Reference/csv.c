// The yardstick of the CSV reader: rows of time, bid, ask, bid size and ask size, by hand.
//
// It knows the columns and their precision, writes what it reads into columns of integers that
// it uses again for every batch, and believes that what it is given is well formed as long as
// digits, points and separators stand where they must.
#include <stdint.h>
#include <string.h>

enum { BATCH = 4096, PRICE_DECIMALS = 5, SIZE_DECIMALS = 2 };

static int64_t columns[5][BATCH];

typedef struct {
  int64_t rows, first_time, last_time;
  uint64_t sum;
} csv_result;

static const int64_t powers[10] = {1,      10,      100,      1000,      10000,
                                   100000, 1000000, 10000000, 100000000, 1000000000};

static inline int64_t whole(const char **position) {
  const char *p = *position;
  int64_t value = 0;
  for (unsigned digit; (digit = (unsigned char)*p - '0') <= 9; p++) value = value * 10 + digit;
  *position = p;
  return value;
}

// A number in units of its last of `decimals` digits; -1 if it has more of them.
static inline int64_t decimal(const char **position, int decimals) {
  int64_t value = whole(position);
  if (**position != '.') return value * powers[decimals];
  const char *start = ++*position;
  const char *p = start;
  for (unsigned digit; (digit = (unsigned char)*p - '0') <= 9; p++) value = value * 10 + digit;
  *position = p;
  int missing = decimals - (int)(p - start);
  return missing < 0 ? -1 : value * powers[missing];
}

static inline int two(const char *p) { return (p[0] - '0') * 10 + (p[1] - '0'); }

// Days since 1970-01-01.
static int64_t days(int year, int month, int day) {
  year -= month <= 2;
  int era = year / 400, year_of_era = year - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (int64_t)era * 146097 + day_of_era - 719468;
}

// `2024-01-31T12:34:56.789Z`; the date is worked out only where it changes.
static inline int64_t iso_time(const char **position, char *known, int64_t *midnight) {
  const char *p = *position;
  if (memcmp(p, known, 10) != 0) {
    memcpy(known, p, 10);
    *midnight = days(two(p) * 100 + two(p + 2), two(p + 5), two(p + 8)) * 86400;
  }
  int64_t seconds = *midnight + two(p + 11) * 3600 + two(p + 14) * 60 + two(p + 17);
  p += 19;
  int64_t fraction = 0;
  if (*p == '.') {
    const char *start = ++p;
    for (unsigned digit; (digit = (unsigned char)*p - '0') <= 9; p++) {
      fraction = fraction * 10 + digit;
    }
    fraction *= powers[9 - (p - start)];
  }
  *position = p + (*p == 'Z');
  return seconds * 1000000000 + fraction;
}

static inline csv_result parse(const char *text, int64_t length, int is_iso) {
  csv_result result = {0, INT64_MAX, INT64_MIN, 0};
  char known[10] = {0};
  int64_t midnight = 0;
  const char *p = (const char *)memchr(text, '\n', length) + 1, *end = text + length;
  while (p < end) {
    int64_t rows = 0;
    for (; rows < BATCH && p < end; rows++) {
      columns[0][rows] = is_iso ? iso_time(&p, known, &midnight) : whole(&p) * 1000000;
      for (int column = 1; column < 5; column++) {
        if (*p++ != ',') return result;
        columns[column][rows] = decimal(&p, column < 3 ? PRICE_DECIMALS : SIZE_DECIMALS);
      }
      if (*p++ != '\n') return result;
    }
    for (int64_t row = 0; row < rows; row++) {
      int64_t time = columns[0][row];
      if (time < result.first_time) result.first_time = time;
      if (time > result.last_time) result.last_time = time;
    }
    result.rows += rows;
    // One row of each batch, as evidence.
    for (int column = 0; column < 5; column++) {
      result.sum = result.sum * 31 + (uint64_t)columns[column][rows - 1];
    }
  }
  return result;
}

void csv_epoch(const char *text, int64_t length, csv_result *result) {
  *result = parse(text, length, 0);
}

void csv_iso(const char *text, int64_t length, csv_result *result) {
  *result = parse(text, length, 1);
}
