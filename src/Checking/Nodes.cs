namespace PbKv.Checking;

/// <summary>Makes the nodes that are explored: those that are shipped, unless a test has others.</summary>
internal class Nodes
{
    public static Nodes Shipped { get; } = new();

    public virtual ViewServiceNode ViewService(
        NodeAddress self,
        ProtocolSettings settings,
        ClusterId fresh,
        ViewServiceMemory? memory
    ) => new(self, settings, fresh, memory);

    public virtual ViewServiceMember Member(NodeAddress self) => new(self);

    public virtual Register Register(
        ViewServiceName self,
        ImmutableArray<ViewServiceName> peers,
        ProtocolSettings settings,
        RegisterState kept,
        ClusterId fresh
    ) => new(self, peers, settings, kept, fresh, mayFound: true);

    public virtual ReplicaNode Replica(
        ServerId self,
        ImmutableArray<NodeAddress> viewServices,
        ProtocolSettings settings
    ) => new(self, viewServices, GroupName.Default, settings);

    public virtual ClerkNode Clerk(
        NodeAddress self,
        ImmutableArray<NodeAddress> viewServices,
        ProtocolSettings settings
    ) => new(self, viewServices, GroupName.Default, settings);
}
