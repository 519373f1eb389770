using System.Runtime.CompilerServices;
using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>Operations are slices of the frame that they came in, which may hold megabytes of something else.</summary>
public class FramesTests
{
    private const int Large = 4 << 20;

    [Fact]
    public void What_waits_for_the_backup_keeps_no_large_frame_alive()
    {
        var net = new Harness();
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        var frame = InFrame(put => net.Give(a, Clerk, net.Request(a, session, 1, put)));
        net.Take<Forward>();
        GC.Collect();
        Assert.False(frame.IsAlive);
        GC.KeepAlive(a);
    }

    [Fact]
    public void What_waits_for_the_end_of_a_transfer_keeps_no_large_frame_alive()
    {
        var net = new Harness();
        var (a, b, session) = net.PairInTransfer();
        var frame = InFrame(put =>
            net.Give(b, a.Id.Address, new Forward(b.View.Id, 1, a.Position + 1, -1, [new Batch(session, 51, [put])]))
        );
        GC.Collect();
        Assert.False(frame.IsAlive);
        GC.KeepAlive(b);
    }

    [Fact]
    public void A_batch_counts_all_that_it_costs()
    {
        var small = new Batch(
            long.MaxValue,
            long.MaxValue,
            [.. Enumerable.Range(0, 10_000).Select(i => Put(i, "", ""))]
        );
        Assert.InRange(small.Memory, 10_000 * (Unsafe.SizeOf<Operation>() + 4), 10_000 * 100);
        // A block's length, two numbers and a count; a kind, a number and two lengths.
        const int Head = 4 + 10 + 10 + 5 - 1;
        Assert.True(new Batch(1, 1, []).Size >= Head);
        Assert.True(new Batch(1, 1, [Put(1, "", "")]).Size >= Head + 1 + 9 + 2 + 4);
    }

    /// <summary>A small put at the beginning of a large frame, which only what was given keeps alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference InFrame(Action<Operation> give)
    {
        var frame = new byte[Large];
        give(new Operation(OperationKind.Put, 51, new Bytes(frame, 0, 1), new Bytes(frame, 1, 1)));
        return new WeakReference(frame);
    }
}
