using System.Runtime.CompilerServices;
using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Client;

public class CallQueueTests
{
    [Theory]
    [InlineData(CallStatus.Ok)]
    [InlineData(CallStatus.Unreachable)]
    public void A_result_that_nobody_takes_leaves_nothing_with_a_token_that_lives_as_long_as_the_application(
        CallStatus status
    )
    {
        using var life = new CancellationTokenSource();
        var forgotten = Forgotten(new CallQueue(1), status, life.Token);
        GC.Collect();
        Assert.False(forgotten.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forgotten(CallQueue queue, CallStatus status, CancellationToken life)
    {
        var call = queue.Rent();
        call.Begin(null, OperationKind.Get, Bytes.Utf8("k"), default, long.MaxValue, missingIsNull: false, life);
        Assert.True(queue.TryEnter());
        call.WatchCancellation();
        queue.Push(call);
        queue.TakeAll();
        call.Complete(new Completion(call.Id, status, default));
        return new WeakReference(call);
    }
}
