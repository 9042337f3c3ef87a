"""The serial writer: transactions wait, are decided in order, and are committed together.

writer           the queue before the one place that writes
group            one group under the lock of the clock
  rules            the catalogue as a writer needs it
  mentions         what the group mentions
  state_loading    loads what it must know; `state_rows` reads the rows
  state            what it must know, as values
transactor       what one transaction does to the state. Pure
  naming           which entities its names mean
  assertions       what it wants of values
  linking          what it does to edges
  retracting       which entities it retracts
  lifecycles       how much is known of an entity afterwards
  datoms           the effects as datoms
indexes          the derived tables after the group; `rows` writes many at a time
refusals         why a transaction is refused
"""
