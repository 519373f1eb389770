using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using PbKv.Checking;

namespace PbKv.Protocol.Tests;

/// <summary>
/// What the checkers rely on in every node, in the states that simulated clusters come to: a copy is equal and stays
/// so, and the fingerprint shows everything that the future depends on. Fields are found by reflection: a new one is
/// held to this too.
/// </summary>
public sealed class StateTests
{
    private static readonly string[] LeftOut =
    [
        // Where copies lie is of no matter, and a copy of a node has its own.
        "Copies._used",
        // Given when the node was made, or with the view, and never changed.
        "ClerkNode._group.Value",
        "ClerkNode._self.Value",
        "ForwardStream.Backup.Value",
        "ForwardStream.view.Cluster.Value",
        "ForwardStream.view.Number",
        "IdleSessions._idleTicks",
        "Register._fresh.Value",
        "Register._mayFound",
        "Register._self.Address.Value",
        "Register._self.Disk",
        "Register._self.Id",
        "ReplicaNode.group.Value",
        "Strangers.deadPings",
        "TransferSource._backup.Value",
        "TransferSource._count",
        "TransferSource._total",
        "TransferSource._view.Cluster.Value",
        "TransferSource._view.Number",
        "ViewInquiry.timeoutTicks",
        "ViewServiceMember.self.Value",
        "ViewServiceNode.Self.Value",
        "ViewServiceNode._remembered",
        // Follow from what is in it.
        "BackupRole._earlyBytes",
        "BackupRole._loadingSession",
        "BackupRole._next",
        "ClerkNode._earliestDeadline",
        "ForwardStream.AcknowledgedPosition",
        "ForwardStream._bytes",
        "ForwardStream._digest",
        "ForwardStream._held.Bytes",
        "ForwardStream._inFlight.Bytes",
        "ForwardStream._inFlight.LastPosition",
        "ForwardStream._riding",
        "PendingOperations.Count",
        "PendingOperations._waitingFrom",
        "PrimaryRole._untilConfirmed.After",
        "PrimaryRole._untilConfirmed.Bytes",
        "RequestsInFlight.Bytes",
        "RequestsInFlight._requests.Awaited",
        "RequestsInFlight._requests.Bytes",
        "RequestsInFlight._requests.First",
        "RequestsInFlight._requests.Last",
        "StoreCursor._index",
        "StoreCursor._last",
        "StoreCursor._leaf.Value",
        "StoreCursor._next",
        "TransferSource._arrivedBytes",
        "TransferSource._entriesDone",
        "TransferSource._inFlight",
        "TransferSource._inFlightCost",
        // Names that only have to be new.
        "ClerkNode._lastCall",
        "ClerkNode._lastRequest",
        "ViewServiceMember._round",
        // A view service holds back none of these, and its timers always take as long.
        "Effects.Decision",
        "Effects.MayStop",
        "Effects.Timers.MaxMs",
        "Effects.Timers.MinMs",
        // For people, and for status: nothing is decided by them.
        "BackupRole._loadedBytes",
        "BackupRole._total",
        "Effects.Notices.Kind",
        "Effects.Notices.Text",
        "PrimaryRole.Deduplicated",
        "PrimaryRole.Executed",
        "RefusalLog`1._said",
        "RefusalLog`1._said.Address.Value",
        "RefusalLog`1._said.Incarnation",
        "ReplicaNode._deduplicated",
        "ReplicaNode._executed",
        "ReplicaNode._lastRefusal",
        "ViewServiceNode.MessagesHandled",
        "ViewServiceNode._waitingFor",
        // No state is told apart by when its sessions were used: set-ups in which some expire are explored in part.
        "IdleSessions._at",
        "IdleSessions._lastUsed",
        // A set, kept as a dictionary of nothing.
        "Audience._clerks",
    ];

    [Fact]
    public void A_copy_of_a_node_is_equal_in_every_field_and_stays_as_it_was()
    {
        var copies = new List<(Node Copy, string State)>();
        Watch(node =>
        {
            var copy = node.Clone();
            var state = State.Of(node);
            Assert.Equal(state, State.Of(copy));
            copies.Add((copy, state));
        });
        Assert.All(copies, copy => Assert.Equal(copy.State, State.Of(copy.Copy)));
    }

    [Fact]
    public void Whatever_a_nodes_future_depends_on_is_in_its_fingerprint()
    {
        var (all, shown) = (new SortedSet<string>(StringComparer.Ordinal), new HashSet<string>());
        Watch(node =>
        {
            var before = FingerprintOf(node);
            foreach (var change in State.Changes(node))
            {
                all.Add(change.Field);
                if (shown.Contains(change.Field))
                    continue;
                change.Apply();
                if (IsShown(node, before))
                    shown.Add(change.Field);
                change.Undo();
            }
            Assert.Equal(before, FingerprintOf(node));
        });
        all.ExceptWith(shown);
        Assert.Equal(LeftOut.Order(StringComparer.Ordinal), all);
    }

    /// <summary>More in a list than there are: such a node has no fingerprint at all.</summary>
    private static bool IsShown(Node node, ulong before)
    {
        try
        {
            return FingerprintOf(node) != before;
        }
        catch (IndexOutOfRangeException)
        {
            return true;
        }
    }

    private static ulong FingerprintOf(Node node)
    {
        var fingerprint = default(Fingerprint);
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }

    private static void Watch(Action<Node> look)
    {
        for (ulong seed = 0; seed < 60; seed++)
            Assert.Null(new SimulationRun(SimulationPlan.Draw(seed, null), new Sample(look)).Run().Violation?.Text);
    }

    /// <summary>The node of one in so many events.</summary>
    private sealed class Sample(Action<Node> look) : WorldWatch
    {
        private int _events;

        public override void OnEffects(World world, Machine machine, Effects effects)
        {
            if (++_events % 53 == 0)
                look(machine.Node!);
        }
    }
}

/// <summary>The fields of a node and of all that it has, whatever they are.</summary>
internal static class State
{
    private const BindingFlags Fields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    internal sealed record Change(string Field, Action Apply, Action Undo);

    public static string Of(object node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    public static List<Change> Changes(object node)
    {
        var changes = new List<Change>();
        Find(node, node.GetType().Name, _ => { }, changes);
        return changes;
    }

    private static void Write(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case string or Enum or Bytes or NodeAddress:
                text.Append(value);
                break;
            case KvStore store:
                text.Append(store.Digest).Append(' ').Append(store.Count).Append(' ').Append(store.ByteCount);
                break;
            case SessionTable sessions:
                text.Append(sessions.Digest).Append(' ').Append(sessions.Count).Append(' ').Append(sessions.Memory);
                break;
            case Session session:
                text.Append(session.Id);
                break;
            case Copies:
                break;
            case StoreSnapshot or Delegate or ProtocolSettings:
                text.Append(RuntimeHelpers.GetHashCode(value));
                break;
            case IEnumerable list:
                foreach (var item in IsDefault(list) ? Array.Empty<object>() : list)
                {
                    text.Append("\n, ");
                    Write(item, text);
                }
                break;
            default:
                if (value.GetType().IsPrimitive)
                    text.Append(value);
                else
                    foreach (var field in FieldsOf(value.GetType()))
                    {
                        text.Append('\n').Append(field.Name).Append(": ");
                        Write(field.GetValue(value), text);
                    }
                break;
        }
    }

    private static void Find(object? value, string name, Action<object?> set, List<Change> changes)
    {
        switch (value)
        {
            case null or Delegate or ProtocolSettings or Features or StoreSnapshot:
            case KvStore or SessionTable or Session or SessionImage:
                break;
            case Array array:
                for (var i = 0; i < array.Length; i++)
                {
                    var at = i;
                    Find(array.GetValue(i), name, changed => array.SetValue(changed, at), changes);
                }
                break;
            case string or Enum or Bytes or Batch or Message:
            case var _ when value.GetType().IsPrimitive:
                changes.Add(new Change(name, () => set(Other(value)), () => set(value)));
                break;
            default:
                foreach (var field in FieldsOf(value.GetType()))
                {
                    var own = value.GetType().Namespace!.StartsWith("PbKv", StringComparison.Ordinal);
                    if (!own && !field.FieldType.IsArray && !IsOfPair(field))
                        continue;
                    var item = field.GetValue(value);
                    var nullable = Nullable.GetUnderlyingType(field.FieldType);
                    var inner =
                        !own ? name
                        : value is ValueType or View ? $"{name}.{NameOf(field)}"
                        : $"{value.GetType().Name}.{NameOf(field)}";
                    if (nullable is not null)
                        changes.Add(new Change(inner, () => Set(item is null ? Any(nullable) : null), () => Set(item)));
                    Find(item, inner, Set, changes);

                    void Set(object? changed)
                    {
                        field.SetValue(value, changed);
                        set(value);
                    }
                }
                break;
        }
    }

    /// <summary>In a tuple, or in a dictionary.</summary>
    private static bool IsOfPair(FieldInfo field) =>
        field.Name.ToUpperInvariant() is "KEY" or "VALUE" or "ITEM1" or "ITEM2" or "ITEM3";

    /// <summary>One that can be written, as views are in messages too.</summary>
    private static object Any(Type type) =>
        type == typeof(ServerId) ? new ServerId(new NodeAddress("x"), 1)
        : type == typeof(NodeAddress) ? new NodeAddress("x")
        : RuntimeHelpers.GetUninitializedObject(type);

    private static object Other(object value) =>
        value switch
        {
            bool flag => !flag,
            string text => text + "x",
            Bytes => Bytes.Utf8("another"),
            Batch batch => new Batch(batch.Session + 1, batch.Floor, batch.Operations),
            Forward forward => forward with { Serial = forward.Serial + 1 },
            Chunk chunk => chunk with { Index = chunk.Index + 1 },
            Reply reply => reply with { Number = reply.Number + 1 },
            SessionOpened opened => opened with { Request = opened.Request + 1 },
            Refusal refusal => refusal with { Number = refusal.Number + 1 },
            Ping ping => ping with { NewestAnswer = ping.NewestAnswer + 1 },
            PingAnswer answer => answer with { Answer = answer.Answer + 1 },
            PingRefused refused => refused with { Known = refused.Known + 1 },
            ViewNews news => news with { Acknowledged = !news.Acknowledged },
            ViewRequest request => new ViewRequest(request.Known with { Number = request.Known.Number + 1 }),
            ViewServices told => told with { Term = told.Term + 1 },
            Enum => Enum.ToObject(value.GetType(), Convert.ToInt64(value) + 1),
            ulong number => number ^ 1,
            long number => number == long.MaxValue ? 7 : number + 1,
            double number => number + 1,
            _ => Convert.ChangeType(Convert.ToInt64(value) + 1, value.GetType()),
        };

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            foreach (var field in at.GetFields(Fields))
                yield return field;
        }
    }

    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    private static bool IsDefault(object list) => list.GetType().GetProperty("IsDefault")?.GetValue(list) is true;
}
