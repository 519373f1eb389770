using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>Many puts, some of them at a time. The first that fails ends it.</summary>
internal sealed class Load(string prefix, long keys, int valueSize)
{
    private long _next = -1;
    private long _done;
    private long _bytes;
    private Failure? _first;

    public long Keys => keys;

    /// <summary>Of the keys and values stored so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public async Task RunAsync(Store store, int callers, Action<double> progress, CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var all = Enumerable.Range(0, (int)Math.Min(callers, keys)).Select(_ => CallAsync(store, progress, failed)).ToList();
        await Task.WhenAll(all);
        if (_first is { } first) throw new Failure(first.Code, $"{first.Message} ({Interlocked.Read(ref _done)} of {keys} keys are stored)", first.ExitCode);
        if (cancellation.IsCancellationRequested) throw new Failure("Cancelled", $"interrupted ({Interlocked.Read(ref _done)} of {keys} keys are stored)");
    }

    private async Task CallAsync(Store store, Action<double> progress, CancellationTokenSource failed)
    {
        var value = new Bytes([.. Enumerable.Range(0, valueSize).Select(i => (byte)('a' + i % 26))]);
        for (var index = Interlocked.Increment(ref _next); index < keys && !failed.IsCancellationRequested; index = Interlocked.Increment(ref _next))
        {
            var key = Protocol.Bytes.Utf8(prefix + index);
            try
            {
                await store.RunAsync(OperationKind.Put, key, value, failed.Token);
            }
            catch (Failure failure)
            {
                // The others are cancelled because of the first: that is the one to tell of.
                Interlocked.CompareExchange(ref _first, failure, null);
                await failed.CancelAsync();
                return;
            }

            Interlocked.Add(ref _bytes, key.Length + value.Length);
            progress(Interlocked.Increment(ref _done));
        }
    }
}
