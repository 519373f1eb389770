namespace Akka.Actor;

/// <summary>An actor that declares its handlers by message type. They are tried in the order in which they were declared.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private HandlerTable _declaring = new();

    protected sealed override void OnReceive(object message) => throw new NotSupportedException("the engine calls the handlers directly");

    protected void Become(Action configure) => Cell.Become(Declare(configure).Handle);

    protected void BecomeStacked(Action configure) => Cell.BecomeStacked(Declare(configure).Handle);

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) => Add(new ActionHandler<T>(Checked(handler), shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(new FunctionHandler<T>(Checked(handler)));

    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null) => Add(new TaskHandler<T>(Cell, Checked(handler), shouldHandle));

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    internal override Receive InitialReceive()
    {
        var table = _declaring;
        _declaring = null;
        return table.Handle;
    }

    private HandlerTable Declare(Action configure)
    {
        var outer = _declaring;
        _declaring = new HandlerTable();
        try
        {
            configure();
            return _declaring;
        }
        finally
        {
            _declaring = outer;
        }
    }

    private void Add(MessageHandler handler)
    {
        if (_declaring is null) throw new InvalidOperationException("handlers are declared in the constructor, or in what is given to Become");
        _declaring.Add(handler);
    }

    private static T Checked<T>(T handler) where T : class => handler ?? throw new ArgumentNullException(nameof(handler));
}

internal abstract class MessageHandler(Type type, bool takesAll)
{
    public Type Type => type;

    public bool TakesAll => takesAll;

    public abstract bool TryHandle(object message);
}

internal sealed class ActionHandler<T>(Action<T> action, Predicate<T> when) : MessageHandler(typeof(T), when is null)
{
    public override bool TryHandle(object message)
    {
        if (when is not null && !when((T)message)) return false;
        action((T)message);
        return true;
    }
}

internal sealed class FunctionHandler<T>(Func<T, bool> function) : MessageHandler(typeof(T), false)
{
    public override bool TryHandle(object message) => function((T)message);
}

internal sealed class TaskHandler<T>(ActorCell cell, Func<T, Task> function, Predicate<T> when) : MessageHandler(typeof(T), when is null)
{
    public override bool TryHandle(object message)
    {
        if (when is not null && !when((T)message)) return false;
        cell.RunTask(() => function((T)message));
        return true;
    }
}

/// <summary>For each message type that has come, the handlers that may take it: worked out once.</summary>
internal sealed class HandlerTable
{
    private static readonly MessageHandler[] None = [];

    private readonly List<MessageHandler> _handlers = [];
    private readonly Dictionary<Type, MessageHandler[]> _byType = [];
    private Type _lastType;
    private MessageHandler[] _last = None;

    public void Add(MessageHandler handler)
    {
        if (_handlers.Count > 0 && _handlers[^1] is { TakesAll: true } last && last.Type == typeof(object))
            throw new InvalidOperationException("a handler that takes every message stands before this one, which would never be called; declare it last");
        _handlers.Add(handler);
    }

    public bool Handle(object message)
    {
        var type = message.GetType();
        var handlers = type == _lastType ? _last : For(type);
        foreach (var handler in handlers)
        {
            if (handler.TryHandle(message)) return true;
        }
        return false;
    }

    private MessageHandler[] For(Type type)
    {
        if (!_byType.TryGetValue(type, out var handlers))
            _byType[type] = handlers = [.. _handlers.Where(h => h.Type.IsAssignableFrom(type))];
        _lastType = type;
        return _last = handlers;
    }
}
