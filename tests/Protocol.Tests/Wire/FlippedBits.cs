using System.Globalization;
using Xunit.Abstractions;

namespace PbKv.Protocol.Tests.Wire;

/// <summary>
/// One bit flips somewhere on its way from primary to backup, anywhere in the bytes of a chunk or a forward: it is not
/// understood, refused, asked for again, or the backup gives up its copy. It never serves as a backup that differs.
/// </summary>
public sealed class FlippedBits(ITestOutputHelper output)
{
    private const int Rounds = 2000;
    private static readonly NodeAddress ViewService = new("vs:1");
    private static readonly NodeAddress Clerk = new("clerk:1");
    private static readonly ProtocolSettings Settings = new()
    {
        ChunkBytes = 200,
        ForwardBytes = 200,
        CatchUpStep = 3,
        SessionIdleTicks = long.MaxValue,
    };

    [Fact]
    public void A_bit_that_flips_anywhere_in_a_transfer_or_a_forward_is_found()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PBKV_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"PBKV_SEED={seed}");
        var random = new Random(seed);
        var messages = new Run(-1, random.Next).Play().Messages;
        Assert.InRange(messages, 20, 500);
        var (startedOver, notUnderstood, harmless) = (0, 0, 0);
        for (var i = 0; i < Rounds; i++)
        {
            var run = new Run(random.Next(messages), random.Next).Play();
            notUnderstood += run.NotUnderstood ? 1 : 0;
            startedOver += run.StartedOver ? 1 : 0;
            harmless += run.IsEqual ? 1 : 0;
            Assert.True(run.StartedOver || run.IsEqual || !run.Synced, $"{run.Flip}, seed {seed}");
        }
        output.WriteLine($"{startedOver} started over, {notUnderstood} not understood, {harmless} equal in the end");
        Assert.InRange(startedOver, Rounds / 10, Rounds);
    }

    [Fact]
    public void A_backup_that_gave_up_its_copy_takes_a_whole_new_one_as_another_server()
    {
        var random = new Random(1);
        Run run;
        do run = new Run(random.Next(20), random.Next).Play();
        while (!run.StartedOver);
        run.PairAgain();
        Assert.True(run.Synced && run.IsEqual);
    }

    /// <summary>
    /// Not a sample of them. Where the backup neither gives up its copy nor has what the primary has, it is not synced
    /// and the primary reports it.
    /// </summary>
    [Fact]
    public void Each_bit_of_a_small_transfer_and_its_forwards_is_found_where_it_makes_a_difference()
    {
        const int Writes = 2;
        var (startedOver, refused, harmless, reported) = (0, 0, 0, 0);
        var messages = new Run(-1, _ => 0, Writes).Play().Messages;
        for (var message = 0; message < messages; message++)
        {
            for (var (bit, bits) = (0, 1); bit < bits; bit++)
            {
                var run = new Run(message, count => Math.Min(bit, (bits = count) - 1), Writes).Play();
                if (run.StartedOver)
                    startedOver++;
                else if (run.Synced && run.IsEqual)
                    _ = run.NotUnderstood ? refused++ : harmless++;
                else if (!run.Synced && run.Reported)
                    reported++;
                else
                    Assert.Fail(run.Flip);
            }
        }
        output.WriteLine(
            $"{messages} messages: {startedOver} started over, {refused} refused, {harmless} equal, {reported} reported"
        );
        Assert.True(startedOver > 0 && refused > 0 && harmless > 0 && reported > 0);
    }

    [Theory]
    [InlineData(typeof(Chunk))]
    [InlineData(typeof(Forward))]
    public void A_backup_that_is_told_no_digest_gives_up_its_copy(Type untold)
    {
        var run = new Run(-1, _ => 0) { Untold = untold }.Play();
        Assert.True(run.StartedOver);
    }

    private sealed class Run
    {
        private readonly ReplicaNode _a = Server("a:1");
        private readonly ReplicaNode _b = Server("b:1");
        private readonly Queue<(ReplicaNode From, ReplicaNode To, Message Message)> _wire = new();
        private readonly int _flipped;
        private readonly Func<int, int> _bit;
        private readonly int _writes;
        private long _sequence;
        private long _session;

        /// <param name="bit">Chooses one of so many.</param>
        public Run(int flipped, Func<int, int> bit, int writes = 20) =>
            (_flipped, _bit, _writes) = (flipped, bit, writes);

        /// <summary>Messages of this type lose their digest.</summary>
        public Type? Untold { get; init; }
        public int Messages { get; private set; }
        public bool NotUnderstood { get; private set; }
        public bool StartedOver => _b.Id.Incarnation != 1;
        public bool Synced => _b.Synced;
        public bool Reported { get; private set; }
        public string Flip { get; private set; } = "";
        public bool IsEqual => Contents(_a) == Contents(_b);

        public Run Play()
        {
            var alone = new View(new ClusterId(7), 1, _a.Id, null);
            Tell(_a, alone);
            Do(_a, effects => _a.Handle(Clerk, new OpenSession(GroupName.Default, alone.Id, 1), effects));
            Write(_writes);
            Pair(2);
            Write(_writes);
            Settle();
            Write(_writes);
            Settle();
            return this;
        }

        public void PairAgain()
        {
            Pair(3);
            Settle();
        }

        private void Pair(long number)
        {
            var view = new View(new ClusterId(7), number, _a.Id, _b.Id);
            Tell(_b, view);
            Tell(_a, view);
        }

        private void Write(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var (n, key) = (++_sequence, Bytes.Utf8($"key{_sequence % 13}"));
                var kind = (n % 3) switch
                {
                    0 => OperationKind.Append,
                    1 => OperationKind.Put,
                    _ => OperationKind.PutHash,
                };
                var operation = new Operation(kind, n, key, Bytes.Utf8($"value{n}"));
                var batch = new Batch(_session, Math.Max(1, n - 5), [operation]);
                Do(_a, effects => _a.Handle(Clerk, new Request(GroupName.Default, _a.View.Id, n, batch), effects));
            }
        }

        private void Settle()
        {
            for (var tick = 0; tick < 8; tick++)
            {
                while (_wire.TryDequeue(out var next))
                    Deliver(next.From, next.To, next.Message);
                Do(_a, effects => _a.OnTimer(new ReplicaTick(), effects));
                Do(_b, effects => _b.OnTimer(new ReplicaTick(), effects));
            }
        }

        private void Deliver(ReplicaNode from, ReplicaNode to, Message message)
        {
            var sender = from.Id.Address;
            if (message.GetType() == Untold)
                message = message switch
                {
                    Chunk chunk => chunk with { Digest = 0 },
                    Forward forward => forward with { Digest = 0 },
                    _ => message,
                };
            if (message is Chunk or Forward && Messages++ == _flipped)
            {
                if (
                    ReadFlipped(new Envelope(sender, to.Id.Address, new Stamp(5, VectorClock.Empty), [message]))
                    is not { } read
                )
                {
                    NotUnderstood = true;
                    return;
                }
                (sender, message) = read;
            }
            Do(to, effects => to.Handle(sender, message, effects));
        }

        private (NodeAddress From, Message Message)? ReadFlipped(Envelope envelope)
        {
            var bytes = EnvelopeCodec.Write(envelope);
            var bit = _bit(bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Flip = string.Create(
                CultureInfo.InvariantCulture,
                $"bit {bit} of {envelope.Messages[0].GetType().Name} {Messages}"
            );
            try
            {
                var read = EnvelopeCodec.Read(bytes, new Texts(), _ => { });
                return read.Messages.IsEmpty ? null : (read.From, read.Messages[0]);
            }
            catch (WireFormatException)
            {
                return null;
            }
        }

        private void Do(ReplicaNode node, Action<Effects> turn)
        {
            var effects = new Effects();
            turn(effects);
            foreach (var (to, message) in effects.Messages)
            {
                Reported |= message is Ping { BackupSilent: true };
                if (message is SessionOpened opened)
                    _session = opened.Session;
                else if (to == _a.Id.Address)
                    _wire.Enqueue((node, _a, message));
                else if (to == _b.Id.Address)
                    _wire.Enqueue((node, _b, message));
            }
            if (effects.Timers.Any(setting => setting.Timer is CatchUpTimer))
                Do(node, more => node.OnTimer(new CatchUpTimer(), more));
        }

        private void Tell(ReplicaNode node, View view) =>
            Do(node, effects => node.Handle(ViewService, new ViewNews(view, true), effects));

        private static string Contents(ReplicaNode node)
        {
            var lines = new List<string> { $"{node.Position}" };
            for (var cursor = node.Store.Snapshot().Cursor(); cursor.MoveNext(); )
                lines.Add($"{cursor.Current.Key}={cursor.Current.Value}");
            for (var cursor = new SessionCursor(node.Sessions.Clone()); cursor.MoveNext(); )
                lines.Add(
                    $"{cursor.Current.Session}/{cursor.Current.Floor}: {string.Join(',', cursor.Current.Results)}"
                );
            return string.Join('\n', lines);
        }

        private static ReplicaNode Server(string name) =>
            new(new ServerId(new NodeAddress(name), 1), [ViewService], GroupName.Default, Settings);
    }
}
