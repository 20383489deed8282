// The yardstick of the timeframes: trades folded into six of them, by hand.
//
// The lazy scheme: running values of the finest bar stay in registers, a completed bar is folded
// upwards once. It leaves the same completed and partial bars as the library and does nothing
// else. Two forms, because which is faster depends on the tape: one looks at every time, one
// looks at the last time of a block and searches only where a bar ends.
#include <stdint.h>
#include <string.h>

enum { TIMEFRAMES = 6, HISTORY = 1000, BLOCK = 512 };

static const int64_t second = 1000000000LL;
static const int64_t seconds[TIMEFRAMES] = {60, 300, 900, 3600, 14400, 86400};

typedef struct {
  int64_t ts_open, ts_close, open, high, low, close, volume, ticks;
} bar;

static struct {
  bar partial[TIMEFRAMES];
  bar ring[TIMEFRAMES][HISTORY];
  int64_t completed[TIMEFRAMES];
} state;

static void merge(bar *into, const bar *later) {
  if (into->ticks == 0) {
    into->open = later->open;
    into->high = later->high;
    into->low = later->low;
    into->volume = 0;
  }
  if (later->high > into->high) into->high = later->high;
  if (later->low < into->low) into->low = later->low;
  into->close = later->close;
  into->volume += later->volume;
  into->ticks += later->ticks;
}

static void open_at(int64_t time) {
  for (int k = 0; k < TIMEFRAMES; k++) {
    if (state.partial[k].ts_close > time) break;
    int64_t length = seconds[k] * second;
    state.partial[k].ts_open = time / length * length;
    state.partial[k].ts_close = state.partial[k].ts_open + length;
  }
}

// Completes every bar that has ended by `time`, each into the one above.
static void close_until(int64_t time) {
  for (int k = 0; k < TIMEFRAMES; k++) {
    bar *b = &state.partial[k];
    if (b->ts_close > time) break;
    if (b->ticks == 0) continue;
    state.ring[k][state.completed[k]++ % HISTORY] = *b;
    if (k + 1 < TIMEFRAMES) merge(&state.partial[k + 1], b);
    b->ticks = 0;
  }
}

void fold_reset(void) { memset(&state, 0, sizeof state); }

// Over all bars that are kept, oldest first, and the partial ones.
uint64_t fold_checksum(void) {
  uint64_t sum = 0;
  bar below = {0};
  for (int k = 0; k < TIMEFRAMES; k++) {
    int64_t completed = state.completed[k];
    sum = sum * 31 + (uint64_t)completed;
    int64_t kept = completed < HISTORY ? completed : HISTORY;
    bar partial = state.partial[k];
    if (below.ticks != 0) merge(&partial, &below);
    below = partial;
    for (int64_t i = completed - kept; i <= completed; i++) {
      const bar *b = i == completed ? &partial : &state.ring[k][i % HISTORY];
      const uint64_t fields[] = {b->ts_open, b->ts_close, b->open, b->high,
                                 b->low,     b->close,    b->volume, b->ticks};
      for (int field = 0; field < 8; field++) sum = sum * 31 + fields[field];
    }
  }
  return sum;
}

static void store(int64_t open, int64_t high, int64_t low, int64_t close, int64_t volume,
                  int64_t ticks) {
  bar *b = &state.partial[0];
  b->open = open;
  b->high = high;
  b->low = low;
  b->close = close;
  b->volume = volume;
  b->ticks = ticks;
}

void fold_every_time(const int64_t *times, const int64_t *prices, const int64_t *quantities,
                     int64_t count) {
  int64_t i = 0;
  while (i < count) {
    close_until(times[i]);
    open_at(times[i]);
    int64_t end = state.partial[0].ts_close, start = i;
    int64_t high = prices[i], low = prices[i], volume = 0;
    do {
      int64_t price = prices[i];
      high = price > high ? price : high;
      low = price < low ? price : low;
      volume += quantities[i];
      i++;
    } while (i < count && times[i] < end);
    store(prices[start], high, low, prices[i - 1], volume, i - start);
  }
}

static int64_t first_not_before(const int64_t *times, int64_t first, int64_t end, int64_t close) {
  int64_t length = end - first;
  while (length > 0) {
    int64_t half = length >> 1;
    int before = times[first + half] < close;
    first = before ? first + half + 1 : first;
    length = before ? length - half - 1 : half;
  }
  return first;
}

void fold_blocks(const int64_t *times, const int64_t *prices, const int64_t *quantities,
                 int64_t count) {
  int64_t i = 0;
  while (i < count) {
    close_until(times[i]);
    open_at(times[i]);
    int64_t close = state.partial[0].ts_close, start = i;
    int64_t high = prices[i], low = prices[i], volume = 0;
    for (;;) {
      int64_t end = i + BLOCK < count ? i + BLOCK : count;
      int whole = times[end - 1] < close;
      if (!whole) end = first_not_before(times, i, end, close);
      for (; i < end; i++) {
        int64_t price = prices[i];
        high = price > high ? price : high;
        low = price < low ? price : low;
        volume += quantities[i];
      }
      if (!whole || i == count) break;
    }
    store(prices[start], high, low, prices[i - 1], volume, i - start);
  }
}

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define SMALLER(a, b) ((a) < (b) ? (a) : (b))

void fold_every_fourth_time(const int64_t *times, const int64_t *prices, const int64_t *quantities,
                   int64_t count) {
  int64_t i = 0;
  while (i < count) {
    close_until(times[i]);
    open_at(times[i]);
    int64_t close = state.partial[0].ts_close, start = i;
    int64_t high = prices[i], low = prices[i], volume = 0;
    for (; i + 4 <= count && times[i + 3] < close; i += 4) {
      const int64_t *p = prices + i, *q = quantities + i;
      high = LARGER(high, LARGER(LARGER(p[0], p[1]), LARGER(p[2], p[3])));
      low = SMALLER(low, SMALLER(SMALLER(p[0], p[1]), SMALLER(p[2], p[3])));
      volume += q[0] + q[1] + q[2] + q[3];
    }
    for (; i < count && times[i] < close; i++) {
      high = LARGER(high, prices[i]);
      low = SMALLER(low, prices[i]);
      volume += quantities[i];
    }
    store(prices[start], high, low, prices[i - 1], volume, i - start);
  }
}
