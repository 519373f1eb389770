namespace PbKv.Protocol.Tests.ClerkNodes;

/// <summary>A clerk on a bench: the test plays the view service and the primary, by hand.</summary>
internal sealed class ClerkBench
{
    public static readonly NodeAddress Views1 = new("view:1");
    public static readonly NodeAddress Views2 = new("view:2");
    public static readonly ServerId A = new(new NodeAddress("a:1"), 1);
    public static readonly ServerId B = new(new NodeAddress("b:1"), 1);
    public static readonly ClusterId Cluster = new(77);
    public const long TheSession = 5;

    private static readonly NodeAddress Self = new("clerk-1");

    public ClerkBench(ProtocolSettings? settings = null, params NodeAddress[] viewServices)
    {
        Settings = settings ?? ProtocolSettings.Default;
        Node = new ClerkNode(
            Self,
            viewServices.Length == 0 ? [Views1] : [.. viewServices],
            GroupName.Default,
            Settings
        );
        Node.Start(Effects);
    }

    public ProtocolSettings Settings { get; }
    public ClerkNode Node { get; }
    public Effects Effects { get; } = new();

    /// <summary>What the latest input led to.</summary>
    public List<Outgoing> Sent => Effects.Messages;
    public List<Completion> Completed => Effects.Completions;

    public static View View(long number, ServerId? primary, ServerId? backup = null) =>
        new(Cluster, number, primary, backup);

    public static Bytes Text(string text) => Bytes.Utf8(text);

    /// <summary>A clerk that knows view 1 (A, B) and has a session, with nothing outstanding.</summary>
    public static ClerkBench Ready(ProtocolSettings? settings = null, params NodeAddress[] viewServices)
    {
        var bench = new ClerkBench(settings, viewServices);
        bench.Put(-1);
        bench.Hear(new ViewNews(View(1, A, B), true));
        var opening = bench.Only<OpenSession>();
        bench.Hear(new SessionOpened(opening.Request, TheSession, null), A.Address);
        bench.Answer(bench.Only<Request>());
        Assert.Equal([new Completion(-1, CallStatus.Ok, Bytes.Empty)], bench.Completed);
        bench.Effects.Clear();
        return bench;
    }

    public void Submit(
        long call,
        OperationKind kind = OperationKind.Put,
        string key = "k",
        string value = "v",
        long deadline = long.MaxValue
    ) => Node.Submit(call, kind, Text(key), Text(value), deadline, Effects);

    /// <summary>Submits one put and flushes.</summary>
    public void Put(long call, long deadline = long.MaxValue)
    {
        Effects.Clear();
        Submit(call, deadline: deadline);
        Node.Flush(Effects);
    }

    public void Get(long call)
    {
        Effects.Clear();
        Submit(call, OperationKind.Get, value: "");
        Node.Flush(Effects);
    }

    public void Hear(Message message, NodeAddress? from = null)
    {
        Effects.Clear();
        Node.Handle(from ?? Views1, message, Effects);
    }

    public void Answer(Request request, ResultStatus status = ResultStatus.Ok, View? newer = null) =>
        Hear(ReplyTo(request, status, newer), A.Address);

    public static Reply ReplyTo(Request request, ResultStatus status = ResultStatus.Ok, View? newer = null) =>
        new(
            request.Number,
            request.Batch.Session,
            [.. request.Batch.Operations.Select(o => new OperationResult(o.Sequence, status, Bytes.Empty))],
            newer
        );

    public void Refuse(long number, RefusalReason reason, View? view = null) =>
        Hear(new Refusal(number, reason, view ?? Node.View), A.Address);

    public void Tick(int times = 1)
    {
        Effects.Clear();
        for (var i = 0; i < times; i++)
            Node.OnTimer(new ClerkTick(), Effects);
    }

    public void PauseOver()
    {
        Effects.Clear();
        Node.OnTimer(new RetryTimer(), Effects);
    }

    public void Lose(NodeAddress peer)
    {
        Effects.Clear();
        Node.OnConnectionLost(peer, Effects);
    }

    public void Cancel(long call)
    {
        Effects.Clear();
        Node.Cancel(call, Effects);
        Node.Flush(Effects);
    }

    public void Close()
    {
        Effects.Clear();
        Node.Close(Effects);
    }

    public IEnumerable<TMessage> SentOf<TMessage>()
        where TMessage : Message => Sent.Select(o => o.Message).OfType<TMessage>();

    public TMessage Only<TMessage>()
        where TMessage : Message => Assert.IsType<TMessage>(Assert.Single(Sent).Message);

    public List<long> SequencesSent() =>
        [.. SentOf<Request>().SelectMany(r => r.Batch.Operations).Select(o => o.Sequence)];

    public TimerSetting? Pause =>
        Effects.Timers.Cast<TimerSetting?>().SingleOrDefault(t => t!.Value.Timer is RetryTimer);

    public bool Noticed(NoticeKind kind) => Effects.Notices.Exists(n => n.Kind == kind);
}
