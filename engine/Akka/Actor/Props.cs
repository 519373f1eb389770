using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>How to make an actor, again and again: its constructor with its arguments, and where it runs.</summary>
public class Props
{
    internal const BindingFlags PublicConstructor = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions;

    private readonly ConstructorInfo _constructor;

    private Props(Type type, ConstructorInfo constructor, object[] arguments)
    {
        if (!typeof(ActorBase).IsAssignableFrom(type)) throw new ArgumentException($"{type.FullName} is no actor; it does not derive from ActorBase", nameof(type));
        (Type, _constructor, Arguments) = (type, constructor, arguments);
    }

    private Props(Props other) : this(other.Type, other._constructor, other.Arguments) =>
        (Dispatcher, Mailbox, SupervisorStrategy) = (other.Dispatcher, other.Mailbox, other.SupervisorStrategy);

    public Type Type { get; }
    public object[] Arguments { get; }
    public string Dispatcher { get; private init; }

    /// <summary>Carried, but all mailboxes of the engine are unbounded queues.</summary>
    public string Mailbox { get; private init; }

    public SupervisorStrategy SupervisorStrategy { get; protected set; }

    /// <summary>The expression is one constructor call. Its arguments are worked out now, once.</summary>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null) where TActor : ActorBase
    {
        if (factory.Body is not NewExpression call)
            throw new ArgumentException($"Props.Create takes one constructor call, such as () => new {typeof(TActor).Name}(...), not '{factory.Body}'", nameof(factory));
        return new Props(call.Type, call.Constructor, [.. call.Arguments.Select(Evaluate)]) { SupervisorStrategy = supervisorStrategy };
    }

    public static Props Create<TActor>(params object[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create(Type type, params object[] args) => new(type ?? throw new ArgumentNullException(nameof(type)), null, args ?? []);

    public Props WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    public Props WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(this) { SupervisorStrategy = supervisorStrategy };

    /// <exception cref="MissingMethodException">The constructor is not public, whatever the type is.</exception>
    internal ActorBase NewActor() => (ActorBase)(_constructor is { IsPublic: true }
        ? _constructor.Invoke(PublicConstructor, null, Arguments, null)
        : Activator.CreateInstance(Type, PublicConstructor, null, Arguments, null));

    private static object Evaluate(Expression argument) => argument switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field, Expression: ConstantExpression { Value: { } closure } } => field.GetValue(closure),
        _ => Expression.Lambda<Func<object>>(Expression.Convert(argument, typeof(object))).Compile(preferInterpretation: true)(),
    };
}
