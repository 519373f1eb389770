namespace PbKv.Checking;

/// <summary>
/// One rule left out. The node is the one that is shipped; what is overridden here stands between it and the others,
/// and makes it hear, believe or say what the rule is there to prevent.
/// </summary>
internal class RuleLeftOut
{
    /// <summary>Views of any cluster are believed, by all.</summary>
    public bool AnyCluster { get; init; }

    /// <summary>A server takes whoever is named at its address for itself.</summary>
    public bool AnyIncarnation { get; init; }

    /// <summary>A view service always waits as long as on a quiet machine.</summary>
    public bool Impatient { get; init; }

    /// <summary>A view has the level of the next build, whoever is in it.</summary>
    public bool AnyLevel { get; init; }

    /// <summary>What a view service or server takes a timer for.</summary>
    public virtual NodeTimer Hear(NodeTimer timer) => timer;

    /// <summary>
    /// A backup does not compare its copy with the primary's state: otherwise it would start over before anybody saw
    /// what follows from another rule left out.
    /// </summary>
    public bool AnyCopy { get; init; }

    /// <summary>What a view service takes a ping for.</summary>
    public virtual Ping Hear(ViewServiceNode service, Ping ping) => ping;

    /// <summary>What a view service decides upon.</summary>
    public virtual ViewServiceMemory Believe(ViewServiceMemory known) => known;

    /// <summary>What a server takes a message for; null where that is all that it does about it.</summary>
    public virtual Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects) => message;

    /// <summary>What else a server does at the end of a step, and what it says instead of what it would say.</summary>
    /// <param name="heard">Null where the step was a timer.</param>
    public virtual void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects) { }

    public virtual void AddTo(ref Fingerprint fingerprint) { }

    /// <summary>What a rule left out keeps in mind is immutable, and its own in each copy of a node.</summary>
    public RuleLeftOut Copy() => (RuleLeftOut)MemberwiseClone();
}

/// <summary>A view service that leaves rules out.</summary>
internal sealed class ViewServiceWithout : ViewServiceNode
{
    private readonly ImmutableArray<RuleLeftOut> _rules;

    public ViewServiceWithout(
        ImmutableArray<RuleLeftOut> rules,
        NodeAddress self,
        ProtocolSettings settings,
        ClusterId fresh,
        ViewServiceMemory? memory
    )
        : base(self, settings, fresh, memory) => _rules = rules;

    public override void Handle(NodeAddress from, Message message, Effects effects) =>
        base.Handle(
            from,
            message is Ping ping ? _rules.Aggregate(ping, (heard, rule) => rule.Hear(this, heard)) : message,
            effects
        );

    public override void OnTimer(NodeTimer timer, Effects effects) =>
        base.OnTimer(_rules.Aggregate(timer, (heard, rule) => rule.Hear(heard)), effects);

    private protected override int Patience => _rules.Any(rule => rule.Impatient) ? 1 : base.Patience;

    private protected override int LevelOf(View view) =>
        _rules.Any(rule => rule.AnyLevel) ? NextBuild.Level : base.LevelOf(view);

    private protected override Decision Decide(ViewServiceMemory known, bool backupSilent) =>
        base.Decide(_rules.Aggregate(known, (believed, rule) => rule.Believe(believed)), backupSilent);

    private protected override bool IsStranger(Ping ping, Effects effects) =>
        !_rules.Any(rule => rule.AnyCluster) && base.IsStranger(ping, effects);
}

/// <summary>A clerk that leaves rules out.</summary>
internal sealed class ClerkWithout(
    ImmutableArray<RuleLeftOut> rules,
    NodeAddress self,
    ImmutableArray<NodeAddress> viewServices,
    ProtocolSettings settings
) : ClerkNode(self, viewServices, GroupName.Default, settings)
{
    private protected override bool IsOfOtherCluster(View view) =>
        !rules.Any(rule => rule.AnyCluster) && base.IsOfOtherCluster(view);
}

/// <summary>A server that leaves rules out.</summary>
internal sealed class ReplicaWithout : ReplicaNode
{
    private ImmutableArray<RuleLeftOut> _rules;

    public ReplicaWithout(
        ImmutableArray<RuleLeftOut> rules,
        ServerId self,
        ImmutableArray<NodeAddress> viewServices,
        ProtocolSettings settings
    )
        : base(self, viewServices, GroupName.Default, settings) => (_rules, ViewService) = (rules, viewServices[0]);

    public NodeAddress ViewService { get; }

    /// <summary>A transfer was installed in this step.</summary>
    public bool JustInstalled { get; private set; }

    public override ReplicaNode Clone()
    {
        var clone = (ReplicaWithout)base.Clone();
        clone._rules = [.. _rules.Select(rule => rule.Copy())];
        return clone;
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        Message? heard = message;
        foreach (var rule in _rules)
        {
            heard = rule.Hear(this, from, heard, effects);
            if (heard is null)
                return;
        }
        var before = Installed;
        base.Handle(from, heard, effects);
        JustInstalled = Installed && !before;
        foreach (var rule in _rules)
            rule.Then(this, from, heard, effects);
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        base.OnTimer(_rules.Aggregate(timer, (heard, rule) => rule.Hear(heard)), effects);
        JustInstalled = false;
        foreach (var rule in _rules)
            rule.Then(this, default, null, effects);
    }

    /// <summary>Hears something by the rules.</summary>
    public void Obey(NodeAddress from, Message message, Effects effects) => base.Handle(from, message, effects);

    /// <summary>Enters its view as if it were new.</summary>
    public void EnterAgain(Effects effects) => Enter(View, effects);

    /// <summary>What its tables say at this moment, held or not; null where a result is not there.</summary>
    public Reply? AnswerNow(Request request)
    {
        var batch = request.Batch;
        var session = Sessions.Find(batch.Session);
        var results = new List<OperationResult>();
        foreach (var operation in batch.Operations)
        {
            if (operation.IsRead)
                results.Add(Read(operation));
            else if (session is not null && session.TryResult(operation.Sequence, out var known))
                results.Add(known);
            else
                return null;
        }
        return new Reply(request.Number, batch.Session, [.. results], request.View == View.Id ? null : View)
        {
            Era = request.Era,
        };
    }

    public OperationResult Read(Operation operation) =>
        Store.TryGet(operation.Key, out var value)
            ? new OperationResult(operation.Sequence, ResultStatus.Ok, value)
            : new OperationResult(operation.Sequence, ResultStatus.Missing, default);

    public override void AddTo(ref Fingerprint fingerprint)
    {
        base.AddTo(ref fingerprint);
        foreach (var rule in _rules)
            rule.AddTo(ref fingerprint);
    }

    private protected override bool ComparesCopies => !_rules.Any(rule => rule.AnyCopy);

    private protected override bool BelievesCluster(View view, Effects effects) =>
        _rules.Any(rule => rule.AnyCluster) || base.BelievesCluster(view, effects);

    private protected override bool IsMe(ServerId? server) =>
        base.IsMe(server) || (server?.Address == Id.Address && _rules.Any(rule => rule.AnyIncarnation));
}
