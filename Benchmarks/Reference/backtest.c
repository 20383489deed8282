// The yardstick of a backtest: SMA(10) over SMA(30) on 1m bars, by hand.
//
// Trades are folded into six timeframes as in fold.c, minute by minute. At the close of a minute that
// held trades the averages are brought up to date; when the fast one comes to lie above the slow one a
// unit is bought, when it comes to lie below it is sold, at the next trade, for a fee of 5 basis points.
// The fall of the equity from its peak is exact: a minute whose high and low could matter is walked.
#include "fold.c"

enum { FAST = 10, SLOW = 30 };
static const int64_t per_price = 1000000;  // 10^-8 of the currency for the last digit of a price
static const int64_t fee_per_price = 500;

typedef struct {
  int64_t fills, equity, closes;
  double drawdown;
} backtest_result;

static struct {
  int64_t window[SLOW], fast, slow, count;
  int64_t cash, held, wanted, fills, closes;
  int64_t peak;
  double drawdown;
  uint64_t curve;  // of each close, folded into one number
} run;

static void note(int64_t equity) {
  if (equity > run.peak) {
    run.peak = equity;
  } else {
    double fall = (double)(run.peak - equity) / (double)run.peak;
    if (fall > run.drawdown) run.drawdown = fall;
  }
}

static void fill(int64_t price) {
  if (run.wanted == run.held) return;
  run.cash -= (run.wanted - run.held) * price * per_price + price * fee_per_price;
  run.held = run.wanted;
  run.fills++;
}

// The minute [start, end), whose first trade fills what was ordered at the last close.
static void minute(const int64_t *prices, int64_t start, int64_t end, int64_t high, int64_t low) {
  fill(prices[start]);
  if (run.held) {
    int64_t best = run.cash + high * per_price, worst = run.cash + low * per_price;
    if (best > run.peak || (double)(run.peak - worst) > run.drawdown * (double)run.peak)
      for (int64_t i = start; i < end; i++) note(run.cash + prices[i] * per_price);
  } else {
    note(run.cash);
  }
}

static void decide(int64_t close) {
  int64_t place = run.count % SLOW;
  int64_t before = run.window[place];
  int64_t leaves = run.count >= FAST ? run.window[(run.count - FAST) % SLOW] : 0;
  run.slow += close - (run.count >= SLOW ? before : 0);
  run.fast += close - leaves;
  run.window[place] = close;
  run.count++;
  run.closes++;
  run.curve = run.curve * 31 + (uint64_t)run.cash + (uint64_t)run.held * close * per_price;
  if (run.count < SLOW) return;
  // fast / 10 against slow / 30
  run.wanted = 3 * run.fast > run.slow ? 1 : 3 * run.fast < run.slow ? 0 : run.wanted;
}

void backtest(const int64_t *times, const int64_t *prices, const int64_t *quantities,
              int64_t count, int64_t deposit, backtest_result *result) {
  fold_reset();
  memset(&run, 0, sizeof run);
  run.cash = run.peak = deposit;
  int64_t i = 0;
  while (i < count) {
    if (state.partial[0].ticks && state.partial[0].ts_close <= times[i])
      decide(state.partial[0].close);
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
    minute(prices, start, i, high, low);
  }
  *result = (backtest_result){run.fills, run.cash + run.held * prices[count - 1] * per_price,
                              run.closes, run.drawdown};
}
