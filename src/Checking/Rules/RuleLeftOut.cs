using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// One rule left out. The node is the one that is shipped; what is overridden here stands between it and the others,
/// and makes it hear, believe or say what the rule is there to prevent.
/// </summary>
internal abstract class RuleLeftOut
{
    /// <summary>Views of any cluster are believed, by all.</summary>
    public virtual bool AnyCluster => false;

    /// <summary>A server takes whoever is named at its address for itself.</summary>
    public virtual bool AnyIncarnation => false;

    /// <summary>A view service always waits as long as on a quiet machine.</summary>
    public virtual bool Impatient => false;

    /// <summary>A view has the level of the next build, whoever is in it.</summary>
    public virtual bool AnyLevel => false;

    /// <summary>What a view service takes a timer for.</summary>
    public virtual NodeTimer Hear(NodeTimer timer) => timer;

    /// <summary>
    /// A backup does not compare its copy with the primary's state: otherwise it would start over before anybody saw
    /// what follows from another rule left out.
    /// </summary>
    public virtual bool AnyCopy => false;

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
