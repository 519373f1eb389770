using PbKv.Client;

namespace PbKv.Bulk;

/// <summary>
/// Looks at the view service every few milliseconds, without waiting for the answer before. A transfer counts from when
/// the first look that saw its view was asked for to when the first answer that says `synced` came: never less than it
/// took.
/// </summary>
internal sealed class TransferWatch(PbKvClient client, string backup, TimeSpan limit)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource<(long From, long To)> _synced = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly Lock _lock = new();
    private long _from = long.MaxValue;
    private long _unanswered;

    public async Task<(long From, long To)> RunAsync(CancellationToken cancellation)
    {
        var giveUp = Say.Now + (long)(limit.TotalSeconds * System.Diagnostics.Stopwatch.Frequency);
        var looks = new List<Task>();
        while (!_synced.Task.IsCompleted)
        {
            if (Say.Now > giveUp)
                throw new TimeoutException(
                    $"no transfer to {backup} was complete within {limit.TotalSeconds:0} s ({_unanswered} looks at "
                        + "the view service had no answer)"
                );
            looks.RemoveAll(look => look.IsCompletedSuccessfully);
            looks.Add(LookAsync());
            await Task.WhenAny(_synced.Task, Task.Delay(Every, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
        await Task.WhenAll(looks);
        return await _synced.Task;
    }

    private async Task LookAsync()
    {
        var asked = Say.Now;
        try
        {
            var status = await client.StatusAsync(AnsweredWithin);
            lock (_lock)
            {
                if (status.Backup != backup)
                    return;
                _from = Math.Min(_from, asked);
                if (status.Synced)
                    _synced.TrySetResult((_from, Say.Now));
            }
        }
        catch (PbKvException e) when (e.Code == PbKvError.Unreachable)
        {
            Interlocked.Increment(ref _unanswered);
        }
    }
}
