using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.ClerkNodes;

/// <summary>
/// A clerk under messages and timers in no order at all; a small model of a primary gives true answers late, twice or
/// never.
/// </summary>
public class ClerkFuzzTests
{
    private static readonly NodeAddress Views1 = new("view:1");
    private static readonly ProtocolSettings Small = ProtocolSettings.Default with
    {
        RequestsInFlight = 2,
        RequestBytes = 200,
        SessionWindow = 16,
        RequestTimeoutTicks = 5,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_call_ends_exactly_once_whatever_comes_in_whatever_order(int block)
    {
        for (var seed = block * 1000; seed < block * 1000 + 40; seed++)
        {
            try
            {
                new Run(seed).Go(600);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}", error);
            }
        }
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Effects _effects = new();
        private readonly List<Message> _toPrimary = [];
        private readonly List<Message> _toClerk = [];
        private readonly Dictionary<long, int> _ended = [];
        private readonly Dictionary<(long Session, long Sequence), Operation> _seen = [];
        private readonly HashSet<NodeTimer> _timers = [];
        private ClerkNode _node = new(new NodeAddress("c"), [Views1], GroupName.Default, Small);
        private long _calls;
        private long _session = 100;
        private long _view = 1;
        private long _floor;

        public void Go(int steps)
        {
            for (var i = 0; i < steps; i++)
                Step();
            for (var i = 0; i < 3000 && _node.Outstanding > 0; i++)
                HealedStep();
            Assert.Equal(0, _node.Outstanding);
            Assert.Equal(_calls, _ended.Count);
            Assert.All(_ended, pair => Assert.Equal(1, pair.Value));
        }

        private void Step()
        {
            switch (_random.Next(12))
            {
                case 0 or 1:
                    Submit();
                    break;
                case 2:
                    _node.Flush(_effects);
                    break;
                case 3:
                    _node.Cancel(_random.NextInt64(_calls + 1), _effects);
                    _node.Flush(_effects);
                    break;
                case 4:
                    _node.OnConnectionLost(_random.Next(2) == 0 ? Primary.Address : Views1, _effects);
                    break;
                case 5:
                    _toClerk.Add(new ViewNews(NextView(), true));
                    break;
                case 6:
                    Fire();
                    break;
                case 7:
                    _session += _random.Next(20) == 0 ? 1 : 0;
                    break;
                case 8 or 9:
                    Serve(_random.Next(3));
                    break;
                default:
                    Deliver(repeat: _random.Next(4) == 0);
                    break;
            }
            Absorb();
        }

        /// <summary>Nothing is lost any more: everything outstanding must end.</summary>
        private void HealedStep()
        {
            while (_toPrimary.Count > 0)
                Serve(0);
            while (_toClerk.Count > 0)
            {
                Deliver(repeat: false);
                Absorb();
            }
            Fire();
            Absorb();
        }

        private ServerId Primary => new(new NodeAddress($"s{_view % 3}:1"), 1);

        private View NextView() => new(ClerkBench.Cluster, _view += _random.Next(4) == 0 ? 1 : 0, Primary, null);

        private View Current => new(ClerkBench.Cluster, _view, Primary, null);

        private void Submit() =>
            _node.Submit(
                _calls++,
                (OperationKind)_random.Next(1, 5),
                Bytes.Utf8($"k{_random.Next(5)}"),
                Bytes.Utf8(new string('v', _random.Next(80))),
                _random.Next(4) == 0 ? _random.Next(40) : long.MaxValue,
                _effects
            );

        private void Fire()
        {
            if (_timers.Count == 0)
                return;
            var timer = _timers.ElementAt(_random.Next(_timers.Count));
            _timers.Remove(timer);
            _node.OnTimer(timer, _effects);
        }

        private void Deliver(bool repeat)
        {
            if (_toClerk.Count == 0)
                return;
            var index = _random.Next(_toClerk.Count);
            var message = _toClerk[index];
            if (!repeat)
                _toClerk.RemoveAt(index);
            _node.Handle(Primary.Address, message, _effects);
        }

        private void Serve(int mood)
        {
            if (_toPrimary.Count == 0)
                return;
            var index = _random.Next(_toPrimary.Count);
            var message = _toPrimary[index];
            if (mood != 1)
                _toPrimary.RemoveAt(index);
            switch (message)
            {
                case ViewRequest:
                    _toClerk.Add(new ViewNews(Current, true));
                    break;
                case OpenSession open:
                    _toClerk.Add(new SessionOpened(open.Request, _session, null));
                    break;
                case Request request when request.Batch.Session != _session:
                    _toClerk.Add(new Refusal(request.Number, RefusalReason.SessionExpired, Current));
                    break;
                case Request request when mood == 2 && _random.Next(2) == 0:
                    _toClerk.Add(new Refusal(request.Number, (RefusalReason)_random.Next(1, 4), Current));
                    break;
                case Request request:
                    _toClerk.Add(
                        ClerkBench.ReplyTo(
                            request,
                            (ResultStatus)_random.Next(1, 3),
                            _random.Next(5) == 0 ? Current : null
                        )
                    );
                    break;
            }
        }

        private void Absorb()
        {
            foreach (var completion in _effects.Completions)
                _ended[completion.Call] = _ended.GetValueOrDefault(completion.Call) + 1;
            foreach (var (to, message) in _effects.Messages)
            {
                if (message is Request request)
                    Inspect(request);
                _toPrimary.Add(message);
            }
            foreach (var timer in _effects.CancelledTimers)
                _timers.Remove(timer);
            foreach (var setting in _effects.Timers)
                _timers.Add(setting.Timer);
            _effects.Clear();
            var clone = (ClerkNode)_node.Clone();
            Assert.Equal(SendingTests.FingerprintOf(_node), SendingTests.FingerprintOf(clone));
            _node = clone;
        }

        private void Inspect(Request request)
        {
            var batch = request.Batch;
            Assert.True(batch.Size <= Small.RequestBytes || batch.Operations.Length == 1);
            Assert.True(_node.RequestsInFlight <= Small.RequestsInFlight);
            var previous = batch.Floor - 1;
            foreach (var operation in batch.Operations)
            {
                Assert.InRange(operation.Sequence, previous + 1, batch.Floor + Small.SessionWindow - 1);
                previous = operation.Sequence;
                var first = _seen.GetValueOrDefault((batch.Session, operation.Sequence), operation);
                Assert.Equal(first, operation);
                _seen[(batch.Session, operation.Sequence)] = operation;
            }
            Assert.True(
                batch.Session != _lastSession || batch.Floor >= _floor,
                "the floor of a session never goes back"
            );
            (_lastSession, _floor) = (batch.Session, batch.Floor);
        }

        private long _lastSession;
    }
}
