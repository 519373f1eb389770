using System.Collections.Immutable;
using System.Diagnostics;

namespace PbKv.Bench.Core;

/// <summary>
/// The longest turn of a backup that takes a transfer and catches up with what came meanwhile: so long a ping may be
/// late. Its messages are handed over one by one, all of the transfer first.
/// </summary>
internal static class TurnBench
{
    private const int Large = 16 << 20;
    private static readonly NodeAddress ViewService = new("view service");
    private static readonly NodeAddress Clerk = new("clerk");
    private static readonly ProtocolSettings Settings = ProtocolSettings.Default with { MaxValueBytes = Large };

    /// <summary>As they come out of received frames, and more than the caches hold.</summary>
    private static readonly Bytes[] LargeValues = [.. Enumerable.Range(0, 8).Select(_ => InFrame(Large))];

    public static void Run()
    {
        Console.WriteLine("the longest turn of a backup in a transfer, four rounds (of that, the garbage collector)");
        Measure("1,000,000 entries of 8 + 8 bytes", Many, []);
        Measure("32 values of 16 MiB", () => Puts(32), []);
        Measure("16 MiB values put meanwhile", () => Puts(8), Puts(64));
        Measure("small puts meanwhile", () => [Put(0, default)], Many());
        var appends = Enumerable.Range(0, 500).Select(i => Append(i, new Bytes(new byte[10])));
        Measure("appends to four values of 15 MiB meanwhile", Grown, [.. appends]);
    }

    private static ImmutableArray<Operation> Many() =>
        [.. Enumerable.Range(0, 1_000_000).Select(i => Put(i, new Bytes(BitConverter.GetBytes((long)i))))];

    private static ImmutableArray<Operation> Puts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Put(i, LargeValues[i % LargeValues.Length]))];

    private static ImmutableArray<Operation> Grown() =>
        [.. Enumerable.Range(0, 4).Select(i => Put(i, InFrame(15 << 20)))];

    private static Bytes InFrame(int length)
    {
        // Written to: memory that never was is one page, again and again.
        var frame = new byte[length + 200];
        Array.Fill(frame, (byte)'v');
        return new Bytes(frame, 100, length);
    }

    private static Operation Put(int i, Bytes value) =>
        new(OperationKind.Put, 0, new Bytes(BitConverter.GetBytes((long)i)), value);

    private static Operation Append(int i, Bytes value) =>
        new(OperationKind.Append, 0, new Bytes(BitConverter.GetBytes((long)(i % 4))), value);

    private static void Measure(
        string what,
        Func<ImmutableArray<Operation>> before,
        ImmutableArray<Operation> meanwhile
    )
    {
        var rounds = Enumerable.Range(0, 4).Select(_ => new Round(before(), meanwhile).Longest());
        Console.WriteLine(
            $"{what, -45} "
                + string.Join(
                    " ",
                    rounds.Select(r => $"{r.Took.TotalMilliseconds, 5:0.0} ({r.Paused.TotalMilliseconds:0.0}) ms")
                )
        );
    }

    private sealed class Round
    {
        private readonly ReplicaNode _primary = Server("a");
        private readonly ReplicaNode _backup = Server("b");
        private readonly Queue<(ReplicaNode To, NodeAddress From, Message Message)> _chunks = new();
        private readonly Queue<(ReplicaNode To, NodeAddress From, Message Message)> _wire = new();
        private readonly Effects _effects = new();
        private (TimeSpan Took, TimeSpan Paused) _longest;
        private long _session;
        private long _sequence;

        public Round(ImmutableArray<Operation> before, ImmutableArray<Operation> meanwhile)
        {
            var alone = new View(new ClusterId(1), 1, _primary.Id, null);
            var both = alone with { Number = 2, Backup = _backup.Id };
            Give(_primary, ViewService, new ViewNews(alone, Acknowledged: true));
            Give(_primary, Clerk, new OpenSession(GroupName.Default, alone.Id, 1));
            Execute(before);
            Give(_primary, ViewService, new ViewNews(both, Acknowledged: true));
            Give(_backup, ViewService, new ViewNews(both, Acknowledged: true));
            Execute(meanwhile);
        }

        public (TimeSpan Took, TimeSpan Paused) Longest()
        {
            GC.Collect();
            while (_wire.Count + _chunks.Count > 0)
            {
                var (to, from, message) = _wire.Count > 0 ? _wire.Dequeue() : _chunks.Dequeue();
                Give(to, from, message);
            }
            Invariant.Assert(_backup.Synced, "the backup is not synced");
            return _longest;
        }

        private void Execute(ImmutableArray<Operation> operations)
        {
            for (var first = 0; first < operations.Length; )
            {
                var (end, bytes) = (first, 0L);
                while (end < operations.Length && end - first < 1000 && (end == first || bytes < 64 << 10))
                    bytes += 32 + operations[end++].Value.Length;
                var request = operations[first..end].Select(operation => operation with { Sequence = ++_sequence });
                var batch = new Batch(_session, _sequence + 1, [.. request]);
                Give(_primary, Clerk, new Request(GroupName.Default, _primary.View.Id, _sequence, batch));
                first = end;
            }
        }

        private void Give(ReplicaNode node, NodeAddress from, Message message) =>
            Do(node, () => node.Handle(from, message, _effects));

        private void Do(ReplicaNode node, Action turn)
        {
            var (begun, paused) = (Stopwatch.GetTimestamp(), GC.GetTotalPauseDuration());
            turn();
            var took = Stopwatch.GetElapsedTime(begun);
            if (node == _backup && took > _longest.Took)
                _longest = (took, GC.GetTotalPauseDuration() - paused);
            var again = _effects.Timers.Any(setting => setting.Timer is CatchUpTimer);
            foreach (var (to, sent) in _effects.Messages)
            {
                if (sent is SessionOpened opened)
                    _session = opened.Session;
                var receiver =
                    to == _primary.Id.Address ? _primary
                    : to == _backup.Id.Address ? _backup
                    : null;
                if (receiver is not null)
                    (sent is Chunk ? _chunks : _wire).Enqueue((receiver, node.Id.Address, sent));
            }
            _effects.Clear();
            if (again)
                Do(node, () => node.OnTimer(new CatchUpTimer(), _effects));
        }

        private static ReplicaNode Server(string name) =>
            new(new ServerId(new NodeAddress(name), 1), [ViewService], GroupName.Default, Settings);
    }
}
