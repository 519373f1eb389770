using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PbKv.Actors;
using PbKv.Actors.Shells;
using PbKv.Actors.Wire;
using PbKv.Protocol;
using PbKv.Remoting;

namespace PbKv.Client;

/// <summary>
/// A client without an ActorSystem, which takes three times as long to start as all else that a command does. Its
/// rules are the clerk's; the thread that calls it does the work. For one thing at a time, not for an application.
/// </summary>
internal sealed class PlainClient : IDisposable
{
    private const int CloseWithinMs = 1000;
    private const int AskAgainMs = 200;

    /// <summary>How long it may sleep while somebody may cancel.</summary>
    private const int GlanceMs = 50;

    private readonly PbKvSettings _settings;
    private readonly PlainAddress _system = new($"pbkv-client-{Guid.NewGuid():n}", "127.0.0.1", 1);
    private readonly ulong _uid = (ulong)Random.Shared.Next(1, int.MaxValue);
    private readonly ImmutableArray<NodeAddress> _given;
    private readonly ViewServicePaths _viewServices;
    private readonly NodeAddress _self;
    private readonly ClerkNode _clerk;
    private readonly NodeClock _clock = new(null);
    private readonly Effects _effects = new();
    private readonly Mailing _mailing = new();
    private readonly Texts _texts = new();
    private readonly Dictionary<NodeTimer, long> _timers = [];
    private readonly Dictionary<NodeAddress, PlainAssociation> _links = [];
    private readonly List<Completion> _completions = [];
    private readonly Queue<NodeAddress> _lost = new();
    private readonly int _frameBytes;
    private long _calls;
    private bool _heard;

    /// <summary>A view service that does not answer may be a server: it is asked as one, now and then.</summary>
    private long _askedAt = Environment.TickCount64;
    private bool _mayStop;
    private string? _refused;
    private Action<NodeAddress, Message>? _asked;

    public PlainClient(PbKvSettings settings)
    {
        _settings = settings;
        _given = settings.ViewServiceNodes;
        _viewServices = new ViewServicePaths(_given);
        _self = new NodeAddress($"akka.tcp://{_system.System}@{_system.Host}:{_system.Port}/user/clerk");
        _clerk = new ClerkNode(_self, _given, settings.Group, settings.Protocol);
        _frameBytes = (int)PbKvConfig.FrameBytes(settings.Protocol);
    }

    /// <returns>What is answered, as it came; null for a value that is not there.</returns>
    /// <exception cref="PbKvException">It failed.</exception>
    public byte[]? Run(OperationKind kind, Bytes key, Bytes value, CancellationToken cancellation)
    {
        var call = new Call(new CallQueue(1));
        var ticks = Deadlines.Ticks(_settings.Deadline, _settings.Protocol.ClerkTickMs);
        call.Begin(null, kind, key, value, ticks, missingIsNull: true, cancellation);
        _clerk.Submit(++_calls, kind, key, value, ticks, _effects);
        _clerk.Flush(_effects);
        CarryOut();
        Work(
            long.MaxValue,
            () => _completions.Count > 0 || _refused is not null || cancellation.IsCancellationRequested
        );
        if (_completions.Count == 0)
        {
            call.RefusedBecause = _refused;
            _clerk.Cancel(_calls, _effects);
            CarryOut();
        }
        var completion = _completions[0];
        _completions.Clear();
        return completion.Status switch
        {
            CallStatus.Ok => completion.Value.Span.ToArray(),
            CallStatus.Missing => null,
            _ => throw Failures.Of(completion, call),
        };
    }

    /// <summary>How the cluster is. Servers that do not answer within a second are left out.</summary>
    public PbKvStatus Status(TimeSpan within, CancellationToken cancellation) =>
        Ask(new StatusInquiry(_settings.ViewServices), within, cancellation);

    /// <exception cref="PbKvException">Refused, with the reason; or not answered.</exception>
    public PbKvReset Reset(string primary, CancellationToken cancellation) =>
        Ask(new ResetInquiry(_settings.ViewServices, primary), _settings.Deadline, cancellation);

    /// <returns>What comes of it, for people.</returns>
    /// <inheritdoc cref="Reset"/>
    public string AddViewService(ViewServiceName added, CancellationToken cancellation) =>
        ChangeMembers(new MemberRequest(MemberChange.Add, added.Id, added.Address.Value), cancellation);

    /// <inheritdoc cref="AddViewService"/>
    public string RemoveViewService(string id, CancellationToken cancellation) =>
        ChangeMembers(new MemberRequest(MemberChange.Remove, id, ""), cancellation);

    /// <param name="id">Which shall act; empty: any other.</param>
    /// <inheritdoc cref="AddViewService"/>
    public string LetViewServiceAct(string id, CancellationToken cancellation) =>
        ChangeMembers(new MemberRequest(MemberChange.Transfer, id, ""), cancellation);

    /// <summary>A session that cannot be closed now expires by itself: nobody waits long for it.</summary>
    public void Dispose()
    {
        _clerk.Close(_effects);
        CarryOut();
        Work(Environment.TickCount64 + CloseWithinMs, () => _mayStop);
        foreach (var link in _links.Values)
            link.Dispose();
    }

    private string ChangeMembers(MemberRequest request, CancellationToken cancellation) =>
        Ask(new MemberInquiry(_settings.ViewServices, request), _settings.Deadline, cancellation);

    private static long Until(TimeSpan within) =>
        within == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)within.TotalMilliseconds;

    /// <summary>What is asked here and not through the clerk ends when it is refused or cancelled.</summary>
    private T Ask<T>(Inquiry<T> inquiry, TimeSpan within, CancellationToken cancellation)
    {
        var until = Until(within);
        _asked = (from, message) =>
        {
            if (inquiry.Hear(from, message) is not { } others)
                return;
            until = Math.Min(until, Until(others));
            if (message is ViewServiceStatus)
                AskNext();
        };
        while (!IsOver() && _refused is null)
        {
            AskNext();
            Work(
                Until(Inquiry<T>.AskAgain),
                () => IsOver() || _refused is not null || cancellation.IsCancellationRequested
            );
            cancellation.ThrowIfCancellationRequested();
        }
        return _refused is { } why && !inquiry.IsOver ? throw Failures.Refused(why) : inquiry.Result(within);

        bool IsOver() => inquiry.IsOver || Environment.TickCount64 >= until;

        void AskNext()
        {
            foreach (var node in inquiry.Next())
                Post(node, [inquiry.Question]);
        }
    }

    private void Work(long until, Func<bool> isOver)
    {
        while (!isOver() && Environment.TickCount64 < until)
        {
            if (_lost.TryDequeue(out var lost))
            {
                _clerk.OnConnectionLost(lost, _effects);
                CarryOut();
            }
            else if (_timers.FirstOrDefault(timer => timer.Value <= Environment.TickCount64).Key is { } timer)
            {
                _timers.Remove(timer);
                _clerk.OnTimer(timer, _effects);
                CarryOut();
            }
            else if (!_heard && Environment.TickCount64 - _askedAt >= AskAgainMs)
            {
                _askedAt = Environment.TickCount64;
                foreach (var node in _given.Where(_links.ContainsKey))
                    Send(node, NodePath.Of(node, isViewService: false), [new StatusRequest(1)]);
            }
            else
            {
                var next = _timers.Values.Append(until).Min() - Environment.TickCount64;
                Wait((int)Math.Clamp(next, 0, GlanceMs));
            }
        }
    }

    private void Wait(int ms)
    {
        List<Socket> ready = [.. _links.Values.Select(link => link.Socket)];
        List<Socket> hasRoom = [.. _links.Values.Where(link => link.WantsToWrite).Select(link => link.Socket)];
        if (ready.Count == 0)
            Thread.Sleep(ms);
        else
            Socket.Select(ready, hasRoom, null, TimeSpan.FromMilliseconds(ms));
        foreach (var (node, link) in _links.ToList())
        {
            // What one of them brings may be answered to another, which breaks then.
            if (
                _links.GetValueOrDefault(node) == link
                && (ready.Contains(link.Socket) || hasRoom.Contains(link.Socket))
            )
                Use(node, () => link.Proceed(Deliver));
        }
    }

    private void Deliver(byte[] bytes)
    {
        var envelope = EnvelopeCodec.Read(bytes, _texts, _ => { });
        if (envelope.Cluster != _settings.Cluster)
        {
            _refused = ClusterNames.Refusal(envelope, _settings.Cluster);
            return;
        }
        _clock.OnReceive(envelope.Stamp);
        var fromViewService = _viewServices.Contains(envelope.From);
        if (fromViewService && envelope.Messages is [ReplicaStatus { ViewService: var other }])
        {
            _refused = $"{envelope.From} is a server, and no view service: its own is {other}, name that one (--view)";
            return;
        }
        _heard |= fromViewService;
        foreach (var message in envelope.Messages)
        {
            _viewServices.Learn(envelope.From, message);
            _asked?.Invoke(envelope.From, message);
            _clerk.Handle(envelope.From, message, _effects);
        }
        CarryOut();
    }

    private void CarryOut()
    {
        _mailing.Send(_effects.Messages, Post);
        foreach (var timer in _effects.CancelledTimers)
            _timers.Remove(timer);
        foreach (var (timer, least, most) in _effects.Timers)
            _timers[timer] = Environment.TickCount64 + Random.Shared.Next(least, most + 1);
        _completions.AddRange(_effects.Completions);
        _mayStop |= _effects.MayStop;
        _effects.Clear();
    }

    private void Post(NodeAddress to, ImmutableArray<Message> messages) =>
        Send(to, NodePath.Of(to, _viewServices.Contains(to)), messages);

    private void Send(NodeAddress to, string path, ImmutableArray<Message> messages) =>
        Use(
            to,
            () =>
            {
                if (!_links.TryGetValue(to, out var link))
                {
                    var address = HostPort.Parse(to.Value);
                    var peer = new PlainAddress(NodePath.SystemName, address.Host, address.Port);
                    _links[to] = link = new(_system, _uid, peer, AddressesOf(peer.Host), _frameBytes);
                }
                var envelope = new Envelope(_self, to, _clock.OnSend(), messages) { Cluster = _settings.Cluster };
                link.Send(
                    path,
                    EnvelopeSerializer.Number,
                    EnvelopeSerializer.EnvelopeManifest,
                    EnvelopeCodec.Write(envelope)
                );
            }
        );

    private static IEnumerable<IPAddress> AddressesOf(string host) =>
        IPAddress.TryParse(host, out var only)
            ? [only]
            : Dns.GetHostAddresses(host).OrderBy(address => address.AddressFamily);

    /// <summary>
    /// A connection that breaks, or says what nobody understands, is over; also where it broke while what it had
    /// brought was answered.
    /// </summary>
    private void Use(NodeAddress node, Action use)
    {
        try
        {
            use();
        }
        catch (Exception failure)
            when (failure is SocketException or InvalidDataException or WireFormatException or ObjectDisposedException)
        {
            if (_links.Remove(node, out var link))
                link.Socket.Dispose();
            _lost.Enqueue(node);
        }
    }
}
