using System.Diagnostics;
using HdrHistogram;

namespace PbKv.Bench;

/// <summary>What `pbkv bench` measures.</summary>
internal sealed record BenchOptions(
    string Op,
    int Clients,
    int Callers,
    double Seconds,
    double Warmup,
    int ValueSize,
    long Keys
)
{
    public static readonly string[] Ops = ["put", "get", "puthash", "append", "increment", "cas", "mixed"];
}

/// <summary>
/// A closed loop: every caller does an operation, waits for it, and does the next. Callers are spread over the clients;
/// each has its own histogram and its own random keys, so that they meet nowhere but in the client.
/// </summary>
internal sealed class BenchRun(BenchOptions options, IReadOnlyList<PbKvClient> clients)
{
    private long _done;
    private PbKvException? _firstError;

    /// <summary>Operations done so far, the warm-up included.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>What the first error said, if there was one.</summary>
    public string? FirstError => Volatile.Read(ref _firstError)?.Message;

    public async Task<LoadResult> RunAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp() + (long)(options.Warmup * Stopwatch.Frequency);
        var end = start + (long)(options.Seconds * Stopwatch.Frequency);
        var callers = Enumerable
            .Range(0, options.Callers)
            .Select(i => new Caller(options, clients[i % clients.Count], i))
            .Select(caller => Task.Run(() => CallAsync(caller, start, end, cancellation), CancellationToken.None))
            .ToArray();
        var total = LoadResult.NewHistogram();
        long errors = 0;
        foreach (var caller in callers)
        {
            var (latency, failed) = await caller;
            total.Add(latency);
            errors += failed;
        }
        // Interrupted, it has measured for a shorter time than it was told to.
        var measured = Math.Clamp(Stopwatch.GetTimestamp() - start, 0, end - start) / (double)Stopwatch.Frequency;
        return new LoadResult(options.Op, clients.Count, options.Callers, measured, total, errors);
    }

    private async Task<(LongHistogram Latency, long Errors)> CallAsync(
        Caller caller,
        long start,
        long end,
        CancellationToken cancellation
    )
    {
        var latency = LoadResult.NewHistogram();
        long errors = 0;
        for (var count = 1; !cancellation.IsCancellationRequested; count++)
        {
            var before = Stopwatch.GetTimestamp();
            if (before >= end)
                break;
            try
            {
                await caller.OneAsync();
            }
            catch (PbKvException e)
            {
                if (errors++ == 0)
                    Interlocked.CompareExchange(ref _firstError, e, null);
                continue;
            }
            var after = Stopwatch.GetTimestamp();
            if (count % 64 == 0)
                Interlocked.Add(ref _done, 64);
            if (before >= start && after < end)
                latency.RecordValue(after - before);
        }
        return (latency, errors);
    }

    /// <summary>One caller's keys and value.</summary>
    private sealed class Caller(BenchOptions options, PbKvClient client, int index)
    {
        private readonly RandomKeys _keys = new(options.Keys, index);
        private readonly byte[] _value = [.. Enumerable.Repeat((byte)'v', options.ValueSize)];
        private int _turn;

        public ValueTask OneAsync()
        {
            var key = _keys.Next();
            return options.Op switch
            {
                "put" => client.PutAsync(key, _value),
                "get" => Drop(client.GetAsync(key)),
                "puthash" => Drop(client.PutHashAsync(key, _value)!),
                "append" => Append(key),
                "increment" => Increment(key),
                "cas" => CompareAndSet(key),
                _ => (_turn++ % 4) switch
                {
                    0 => client.PutAsync(key, _value),
                    1 => Drop(client.PutHashAsync(key, _value)!),
                    _ => Drop(client.GetAsync(key)),
                },
            };
        }

        /// <summary>Appended for ever a value would outgrow what is allowed: now and then it begins anew.</summary>
        private ValueTask Append(ReadOnlyMemory<byte> key) =>
            _turn++ % 64 == 0
                ? client.PutAsync(key, _value)
                : client.AppendAsync(key, _value.AsMemory(0, Math.Min(8, _value.Length)));

        /// <summary>What other runs left there is no number.</summary>
        private async ValueTask Increment(ReadOnlyMemory<byte> key)
        {
            if ((await client.IncrementAsync(key)).Outcome != PbKvSumOutcome.Done)
                await client.DeleteAsync(key);
        }

        private async ValueTask CompareAndSet(ReadOnlyMemory<byte> key)
        {
            if (!(await client.PutAsync(key, _value, PbKvCondition.ValueIs(_value))).Done)
                await client.PutAsync(key, _value);
        }

        private static async ValueTask Drop(ValueTask<byte[]> result) => await result;
    }
}
